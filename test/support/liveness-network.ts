import { Liveness } from '../../speaker/liveness/liveness.ts';
import type { LivenessEffect } from '../../speaker/liveness/liveness-effect.ts';
import type { Message, MessageHeader } from '../../speaker/liveness/message.ts';
import { nodeIdOf } from '../../speaker/liveness/node-id.ts';
import type { LivenessMember } from '../../speaker/liveness/peers.ts';

export interface Timing {
  readonly intervalMs: number;
  readonly multiplier: number;
}

interface Speaker {
  readonly node: string;
  readonly liveness: Liveness;
  readonly incarnation: string;
  sequence: number;
  stalled: boolean;
  /** What waits in its sockets while it is stalled. */
  readonly waiting: ((speaker: Speaker) => void)[];
}

interface Arrival {
  readonly atMs: number;
  readonly to: Speaker;
  readonly deliver: (speaker: Speaker) => void;
}

/** Speakers with a LAN between them, in virtual time. What a test may change: which frames and datagrams get through. */
export class LivenessNetwork {
  nowMs = 0;
  /** "time node: what", of all but messages. */
  readonly log: string[] = [];
  readonly delayMs = 0.2;
  datagrams = 0;
  /** Whether any frame gets from one node to the other. */
  carries = (_from: string, _to: string): boolean => true;
  /** Whether UDP does, too. */
  passes = (_from: string, _to: string, _message: Message): boolean => true;
  /** Who holds an address, and answers for it on the wire. */
  holds = (_node: string): boolean => false;
  gatewayAnswers = (_node: string): boolean => true;
  apiServerAnswers = (_node: string): boolean => true;
  readonly #speakers = new Map<string, Speaker>();
  readonly #starts = new Map<string, number>();
  /** In the order of their times: the delay is the same for all. */
  #arrivals: Arrival[] = [];
  #firstArrival = 0;

  speaker(node: string): Liveness {
    return this.#running(node).liveness;
  }

  /** Starts a speaker on the node, with pulses; tables do not know it yet. */
  start(node: string, timing: Timing = { intervalMs: 100, multiplier: 3 }): void {
    this.#starts.set(node, (this.#starts.get(node) ?? 0) + 1);
    const { incarnation } = this.member(node);
    let nonces = 0;
    const nonce = (): string => {
      nonces += 1;
      return `${incarnation}-${nonces}`;
    };
    const liveness = new Liveness({ self: node, incarnation, ...timing, nonce, wallMs: () => 0 });
    this.#speakers.set(node, { node, liveness, incarnation, sequence: 0, stalled: false, waiting: [] });
    liveness.setEnabled(true, this.nowMs);
  }

  /** All started speakers learn these members, with their present incarnations. */
  setTables(nodes: readonly string[], changes: Readonly<Record<string, Partial<LivenessMember>>> = {}): void {
    const members = nodes.map((node) => this.member(node, changes[node]));
    for (const speaker of [...this.#speakers.values()]) this.setTable(speaker.node, members);
  }

  /** What a table says of a member: the incarnation that was started last. */
  member(node: string, changes: Partial<LivenessMember> = {}): LivenessMember {
    const starts = String(this.#starts.get(node) ?? 0).padStart(2, '0');
    const incarnation = `${nodeIdOf(node).slice(0, 14)}${starts}`;
    return { node, incarnation, takesPart: true, leaseExpired: false, ...changes };
  }

  setTable(node: string, members: readonly LivenessMember[]): void {
    const speaker = this.#running(node);
    speaker.liveness.setMembers(members, this.nowMs);
    this.#carryOut(speaker);
  }

  /** Does something to one speaker, now. */
  tell(node: string, action: (liveness: Liveness, nowMs: number) => void): void {
    const speaker = this.#running(node);
    action(speaker.liveness, this.nowMs);
    this.#carryOut(speaker);
  }

  crash(...nodes: readonly string[]): void {
    for (const node of nodes) this.#speakers.delete(node);
  }

  /** The process stops, its sockets go on. */
  stall(node: string): void {
    this.#running(node).stalled = true;
  }

  /** It goes on: first it drains its sockets. */
  resume(node: string): void {
    const speaker = this.#running(node);
    speaker.stalled = false;
    for (const deliver of speaker.waiting.splice(0)) deliver(speaker);
    speaker.liveness.advance(this.nowMs);
    this.#carryOut(speaker);
  }

  /** Lets all of it run until that time. */
  run(untilMs: number): void {
    for (let nextMs = this.#nextMs(); nextMs <= untilMs; nextMs = this.#nextMs()) {
      this.nowMs = Math.max(nextMs, this.nowMs);
      this.#deliver();
      for (const speaker of this.#speakers.values()) {
        if (speaker.stalled || speaker.liveness.nextDeadlineMs() > this.nowMs) continue;
        speaker.liveness.advance(this.nowMs);
        this.#carryOut(speaker);
      }
    }
    this.nowMs = untilMs;
  }

  /** What was logged since this was last called. */
  takeLog(): readonly string[] {
    return this.log.splice(0);
  }

  #running(node: string): Speaker {
    const speaker = this.#speakers.get(node);
    if (speaker === undefined) throw new Error(`cannot find a speaker on ${node}: it does not run`);
    return speaker;
  }

  #nextMs(): number {
    let nextMs = this.#arrivals[this.#firstArrival]?.atMs ?? Number.POSITIVE_INFINITY;
    for (const { stalled, liveness } of this.#speakers.values()) {
      if (!stalled) nextMs = Math.min(nextMs, liveness.nextDeadlineMs());
    }
    return nextMs;
  }

  #deliver(): void {
    for (let next = this.#arrivals[this.#firstArrival]; next !== undefined; next = this.#arrivals[this.#firstArrival]) {
      if (next.atMs > this.nowMs) break;
      this.#firstArrival += 1;
      const { to, deliver } = next;
      if (this.#speakers.get(to.node) !== to) continue;
      if (to.stalled) to.waiting.push(deliver);
      else deliver(to);
    }
    if (this.#firstArrival < 10_000) return;
    this.#arrivals = this.#arrivals.slice(this.#firstArrival);
    this.#firstArrival = 0;
  }

  #arrive(to: Speaker | undefined, deliver: (speaker: Speaker) => void): void {
    if (to !== undefined) this.#arrivals.push({ atMs: this.nowMs + this.delayMs, to, deliver });
  }

  #carryOut(speaker: Speaker): void {
    for (const effect of speaker.liveness.takeEffects()) this.#enact(speaker, effect);
  }

  #enact(speaker: Speaker, effect: LivenessEffect): void {
    const { node } = speaker;
    switch (effect.type) {
      case 'send':
        this.#send(speaker, effect.to, effect.message);
        return;
      case 'probeOwner':
        this.#probe(speaker, effect.node);
        return;
      case 'probeGateway':
        if (this.gatewayAnswers(node)) this.#arrive(speaker, (to) => this.#hear(to, 'gatewayAnswered'));
        return;
      case 'askApiServer':
        if (this.apiServerAnswers(node)) this.#arrive(speaker, (to) => this.#hear(to, 'apiHeard'));
        return;
      case 'contact':
        return;
      case 'standing':
        this.#note(node, `${effect.node} ${effect.standing} (${effect.why})`);
        return;
      case 'cutOff':
        this.#note(node, effect.cutOff ? 'cut off' : 'not cut off');
        return;
      case 'pulsesBlocked':
        this.#note(node, `pulses of ${effect.node} ${effect.blocked ? 'blocked' : 'come again'}`);
    }
  }

  #note(node: string, what: string): void {
    this.log.push(`${Math.round(this.nowMs)} ${node}: ${what}`);
  }

  #hear(speaker: Speaker, what: 'gatewayAnswered' | 'apiHeard'): void {
    speaker.liveness[what](this.nowMs);
    this.#carryOut(speaker);
  }

  #send(from: Speaker, nodes: readonly string[], message: Message): void {
    from.sequence += 1;
    const header: MessageHeader = {
      sender: nodeIdOf(from.node),
      incarnation: from.incarnation,
      sequence: from.sequence,
    };
    for (const node of nodes) {
      this.datagrams += 1;
      if (!this.carries(from.node, node) || !this.passes(from.node, node, message)) continue;
      this.#arrive(this.#speakers.get(node), (to) => {
        to.liveness.receive(header, message, this.nowMs);
        this.#carryOut(to);
      });
    }
  }

  #probe(asker: Speaker, node: string): void {
    if (!this.carries(asker.node, node)) return;
    this.#arrive(this.#speakers.get(node), () => {
      if (!this.holds(node) || !this.carries(node, asker.node)) return;
      this.#arrive(asker, (to) => {
        to.liveness.ownerAnswered(node, this.nowMs);
        this.#carryOut(to);
      });
    });
  }
}
