import { Failover } from '../../speaker/failover/failover.ts';
import type { FailoverEffect } from '../../speaker/failover/failover-effect.ts';
import type { Message, MessageHeader } from '../../speaker/liveness/message.ts';
import { nodeIdOf } from '../../speaker/liveness/node-id.ts';
import { ReplayWindow } from '../../speaker/liveness/replay-window.ts';
import type { Failback } from '../../speaker/ownership/owned-group.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Timeline } from './timeline.ts';

/** What a node does to the world. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  send(from: SimNode, to: string, packet: Packet): void;
  carryOut(node: SimNode, effect: Exclude<FailoverEffect, { type: 'send' }>): void;
}

export interface Packet {
  readonly header: MessageHeader;
  readonly message: Message;
}

export interface SimNodeOptions {
  readonly name: string;
  readonly failback: Failback;
  readonly intervalMs: number;
  readonly multiplier: number;
  /** Its clocks against the world's: how far ahead, and how much faster. */
  readonly clock: { readonly offsetMs: number; readonly rate: number; readonly wallSkewMs: number };
  /** Whether copies of a datagram may come. */
  readonly guardsReplays: boolean;
  /** Whether it can sign its messages. */
  readonly keys: boolean;
}

type Input = (machine: Failover, nowMs: number) => void;

/** A speaker's datapath thread: its machine, its clock, and what stalls it. */
export class SimNode {
  readonly name: string;
  readonly #options: SimNodeOptions;
  readonly #world: Surroundings;
  readonly #id: string;
  #windows = new Map<string, ReplayWindow>();
  #machine: Failover | undefined;
  #sequence = 0;
  /** What came while it was stalled. BOUNDED by what one socket's buffer holds. */
  #inbox: Input[] = [];
  #stalled = false;
  #wakeMs = Number.POSITIVE_INFINITY;
  incarnation = '';

  constructor(options: SimNodeOptions, world: Surroundings) {
    this.name = options.name;
    this.#options = options;
    this.#world = world;
    this.#id = nodeIdOf(options.name);
  }

  get runs(): boolean {
    return this.#machine !== undefined;
  }

  get works(): boolean {
    return this.#machine !== undefined && !this.#stalled;
  }

  start(): void {
    const { name: self, failback, intervalMs, multiplier, clock } = this.#options;
    const { random, timeline } = this.#world;
    this.incarnation = random.hex16();
    this.#sequence = 0;
    this.#windows = new Map();
    this.#inbox = [];
    this.#stalled = false;
    this.#machine = new Failover({
      self,
      failback,
      intervalMs,
      multiplier,
      incarnation: this.incarnation,
      nonce: () => random.hex16(),
      wallMs: () => timeline.nowMs + clock.wallSkewMs,
    });
    this.tell((machine, nowMs) => {
      machine.setEnabled(this.#options.keys, nowMs);
      machine.setLinks(new Map(), true, nowMs);
    });
  }

  kill(): void {
    this.#machine = undefined;
    this.#wakeMs = Number.POSITIVE_INFINITY;
    this.#inbox = [];
  }

  stall(ms: number): void {
    this.#stalled = true;
    const { incarnation } = this;
    this.#world.timeline.after(ms, () => {
      if (incarnation === this.incarnation) this.#resume();
    });
  }

  holds(group: string): boolean {
    return this.#machine?.holds(group) ?? false;
  }

  holderOf(group: string): string | undefined {
    return this.#machine?.holderOf(group);
  }

  /** Whether the other one lives, in this one's eyes. */
  seesLive(node: string): boolean {
    return (this.#machine?.standing(node) ?? 'dead') !== 'dead';
  }

  /** Something reaches the thread: now, or when it goes on. */
  tell(input: Input): void {
    if (this.#machine === undefined) return;
    if (this.#stalled) {
      if (this.#inbox.length < 4096) this.#inbox.push(input);
      return;
    }
    input(this.#machine, this.#localMs());
    this.#carryOut();
  }

  receive({ header, message }: Packet): void {
    this.tell((machine, nowMs) => {
      if (this.#isNew(header)) machine.receive(header, message, nowMs);
    });
  }

  #isNew(header: MessageHeader): boolean {
    if (!this.#options.guardsReplays) return true;
    const key = header.sender + header.incarnation;
    const window = this.#windows.get(key) ?? new ReplayWindow();
    this.#windows.set(key, window);
    return window.accept(header.sequence);
  }

  #resume(): void {
    this.#stalled = false;
    const inbox = this.#inbox;
    this.#inbox = [];
    // As the loop does: the sockets first, then what is due.
    for (const input of inbox) this.tell(input);
    this.tell((machine, nowMs) => machine.advance(nowMs));
  }

  #localMs(): number {
    const { offsetMs, rate } = this.#options.clock;
    return offsetMs + this.#world.timeline.nowMs * rate;
  }

  #carryOut(): void {
    for (
      let effects = this.#machine?.takeEffects() ?? [];
      effects.length > 0;
      effects = this.#machine?.takeEffects() ?? []
    ) {
      for (const effect of effects) {
        if (effect.type === 'send') this.#send(effect.to, effect.message);
        else this.#world.carryOut(this, effect);
        if (effect.type === 'take') this.#machine?.announced(effect.group, this.#localMs());
      }
    }
    this.#planWakeUp();
  }

  #send(to: readonly string[], message: Message): void {
    this.#sequence += 1;
    const header = { sender: this.#id, incarnation: this.incarnation, sequence: this.#sequence };
    const packet = { header, message };
    for (const node of to) this.#world.send(this, node, packet);
  }

  #planWakeUp(): void {
    if (this.#machine === undefined) return;
    const { offsetMs, rate } = this.#options.clock;
    const { timeline } = this.#world;
    const dueMs = Math.max(Math.ceil((this.#machine.nextDeadlineMs() - offsetMs) / rate), timeline.nowMs + 1);
    // An earlier one that is planned already sees to it.
    if (dueMs >= this.#wakeMs || dueMs === Number.POSITIVE_INFINITY) return;
    this.#wakeMs = dueMs;
    const machine = this.#machine;
    timeline.at(dueMs, () => {
      if (this.#wakeMs !== dueMs || machine !== this.#machine) return;
      this.#wakeMs = Number.POSITIVE_INFINITY;
      this.tell((one, nowMs) => one.advance(nowMs));
    });
  }
}
