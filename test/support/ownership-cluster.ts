import type { Standing } from '../../speaker/liveness/standing.ts';
import type { Failback } from '../../speaker/ownership/owned-group.ts';
import { Ownership } from '../../speaker/ownership/ownership.ts';
import type { OwnershipEffect } from '../../speaker/ownership/ownership-effect.ts';

type Send = Extract<OwnershipEffect, { type: 'send' }>;

export interface ClusterOptions {
  readonly nodes: readonly string[];
  readonly failback?: Failback;
  /** Of messages; 5 unless told. */
  readonly delayMs?: number;
}

interface Group {
  readonly candidates: readonly string[];
  readonly holder?: string | undefined;
  readonly unable?: readonly string[];
  readonly formerKeys?: readonly string[];
}

/** Ownership machines on several nodes, on virtual time; the test says who lives in whose eyes, and what gets lost. */
export class OwnershipCluster {
  readonly #machines = new Map<string, Ownership>();
  readonly #incarnations = new Map<string, number>();
  readonly #failback: Failback;
  readonly #delayMs: number;
  /** BOUNDED by what the machines send. */
  readonly #flying: {
    readonly dueMs: number;
    readonly from: string;
    readonly incarnation: string;
    readonly send: Send;
    readonly to: string;
  }[] = [];
  readonly #byLease = new Set<string>();
  #groups: Readonly<Record<string, Group>> = {};
  /** What happened since `takeLog`: `b take 192.0.2.1 ownerNotLive from a`. */
  #log: string[] = [];
  nowMs = 0;
  messages = 0;
  /** Who took something that another node goes on answering for. */
  readonly heirs: string[] = [];
  /** Whether a message gets lost. */
  loses: (from: string, to: string) => boolean = () => false;

  constructor({ nodes, failback = 'never', delayMs = 5 }: ClusterOptions) {
    this.#failback = failback;
    this.#delayMs = delayMs;
    for (const node of nodes) this.#incarnations.set(node, 0);
  }

  machine(node: string): Ownership {
    const machine = this.#machines.get(node);
    if (machine === undefined) throw new Error(`${node} does not run`);
    return machine;
  }

  owners(group: string): readonly string[] {
    return [...this.#machines].filter(([, machine]) => machine.holds(group)).map(([node]) => node);
  }

  takeLog(): readonly string[] {
    const log = this.#log;
    this.#log = [];
    return log;
  }

  /** Starts the nodes at one instant, in one another's eyes on that standing. */
  start(nodes: readonly string[], standing: Standing = 'live'): void {
    for (const node of nodes) {
      this.#incarnations.set(node, (this.#incarnations.get(node) ?? 0) + 1);
      this.#machines.set(node, new Ownership({ self: node, failback: this.#failback }));
    }
    const running = [...this.#machines.keys()];
    const pairs = running.flatMap((node) => running.map((other) => [node, other] as const));
    for (const [node, other] of pairs) {
      if (nodes.includes(other)) this.see(node, other, standing);
      else if (nodes.includes(node)) this.see(node, other, 'live');
    }
    for (const node of nodes) {
      this.machine(node).begin(this.nowMs);
      this.#setTable(node);
    }
    for (const node of nodes) for (const other of running) if (other !== node) this.contact(node, other);
  }

  kill(node: string): void {
    this.#machines.delete(node);
  }

  /** In the eyes of `node`, `other` stands so now. */
  see(node: string, other: string, standing: Standing, silentMs?: number): void {
    const facts = { standing, byLease: this.#byLease.has(other) && other !== node, silentMs };
    this.machine(node).setNodes([[other, facts]], this.nowMs);
    this.#collect(node);
  }

  seeAll(other: string, standing: Standing, silentMs?: number): void {
    for (const node of this.#machines.keys()) this.see(node, other, standing, silentMs);
  }

  /** These nodes' messages reach nobody, and none reaches them: their Leases decide. */
  blockPulses(nodes: readonly string[]): void {
    for (const node of nodes) this.#byLease.add(node);
    this.loses = (from, to) => nodes.includes(from) || nodes.includes(to);
  }

  /** Both get each other's messages from now on. */
  contact(one: string, other: string): void {
    this.machine(one).contact(other);
    this.machine(other).contact(one);
    this.#collect(one);
    this.#collect(other);
  }

  setGroups(groups: Readonly<Record<string, Group>>): void {
    this.#groups = groups;
    for (const node of this.#machines.keys()) this.#setTable(node);
  }

  /** As the table of one node alone has it. */
  setGroupsOf(node: string, groups: Readonly<Record<string, Group>>): void {
    this.#setTable(node, groups);
  }

  /** A pulse of `from` arrives. */
  pulse(from: string, to: string): void {
    const sender = { node: from, incarnation: String(this.#incarnations.get(from)) };
    this.machine(to).hearVersion(sender, this.machine(from).claimsVersion, this.nowMs);
    this.#collect(to);
  }

  setAble(node: string, group: string, able: boolean): void {
    this.machine(node).setAble(new Map([[group, able]]), this.nowMs);
    this.#collect(node);
  }

  setCutOff(node: string, cutOff: boolean): void {
    this.machine(node).setCutOff(cutOff, this.nowMs);
    this.#collect(node);
  }

  leave(node: string): void {
    this.machine(node).leave(this.nowMs);
    this.seeAll(node, 'leaving');
    this.#collect(node);
  }

  run(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const dueMs = Math.min(...this.#flying.map((one) => one.dueMs), ...this.#deadlines());
      if (dueMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, dueMs);
      this.#deliver();
      for (const [node, machine] of this.#machines) {
        if (machine.nextDeadlineMs() > this.nowMs) continue;
        machine.advance(this.nowMs);
        this.#collect(node);
      }
    }
    this.nowMs = untilMs;
  }

  #deadlines(): readonly number[] {
    return [...this.#machines.values()].map((machine) => machine.nextDeadlineMs());
  }

  #deliver(): void {
    const due = this.#flying.filter((one) => one.dueMs <= this.nowMs);
    for (const one of due) {
      this.#flying.splice(this.#flying.indexOf(one), 1);
      const { from, incarnation, to, send } = one;
      this.#machines.get(to)?.receiveClaims({ node: from, incarnation }, send.message, this.nowMs);
      if (this.#machines.has(to)) this.#collect(to);
    }
  }

  #setTable(node: string, table = this.#groups): void {
    const groups = Object.entries(table).map(([key, { candidates, holder, unable, formerKeys = [] }]) => ({
      key,
      formerKeys: new Set(formerKeys),
      candidates,
      holder,
      able: !(unable ?? []).includes(node),
    }));
    this.machine(node).setGroups(groups, this.nowMs);
    this.#collect(node);
  }

  /** Carries out what the machine wants; an announcement leaves at once. */
  #collect(node: string): void {
    const machine = this.machine(node);
    for (let effects = machine.takeEffects(this.nowMs); effects.length > 0; effects = machine.takeEffects(this.nowMs)) {
      for (const effect of effects) this.#carryOut(node, machine, effect);
    }
  }

  #carryOut(node: string, machine: Ownership, effect: OwnershipEffect): void {
    if (effect.type === 'send') {
      const incarnation = String(this.#incarnations.get(node));
      for (const to of effect.to) {
        this.messages += 1;
        if (this.loses(node, to)) continue;
        this.#flying.push({ dueMs: this.nowMs + this.#delayMs, from: node, incarnation, send: effect, to });
      }
    } else if (effect.type === 'ask') {
      if (this.#machines.has(effect.node) && !this.loses(node, effect.node)) this.machine(effect.node).contact(node);
      if (this.#machines.has(effect.node)) this.#collect(effect.node);
    } else this.#log.push(`${node} ${textOf(effect)}`);
    if (effect.type !== 'take') return;
    if (effect.answered === true) this.heirs.push(node);
    machine.announced(effect.group);
  }
}

function textOf(effect: Exclude<OwnershipEffect, { type: 'send' | 'ask' }>): string {
  if (effect.type === 'drained') return 'drained';
  if (effect.type === 'announceAgain') return `announceAgain ${effect.group}`;
  if (effect.type === 'giveUp') return `giveUp ${effect.group} ${effect.reason}`;
  const from = effect.from === undefined ? '' : ` from ${effect.from}`;
  const after = effect.afterMs === undefined ? '' : ` after ${effect.afterMs} ms`;
  return `take ${effect.group} ${effect.reason}${from}${after}`;
}
