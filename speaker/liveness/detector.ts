import type { Ring } from './ring.ts';
import { Suspicions } from './suspicions.ts';
import { type Hearing, type PulseTiming, Watch } from './watch.ts';

/**
 * `probe`: ask it whether it lives. `suspect`, `unsuspect`: tell all. `suspectAgain`: another watcher has come to the
 * same suspicion, tell all again. `dead`, `revived`: what follows from all that was said.
 */
export interface DetectorEvent {
  readonly type: 'probe' | 'silent' | 'suspect' | 'suspectAgain' | 'unsuspect' | 'dead' | 'revived';
  readonly node: string;
}

/**
 * Who is dead: whom more than half of its live watchers suspect. Live is a watcher that is not dead, and that this node
 * can hear. Death is kept until a sign of life takes the majority away: that watchers fall silent is none. BOUNDED by
 * the members; events wait for `takeEvents`.
 */
export class Detector {
  readonly #self: string;
  readonly #timing: PulseTiming;
  readonly #watch = new Watch();
  readonly #suspicions = new Suspicions();
  readonly #met = new Set<string>();
  readonly #dead = new Map<string, number>();
  #ring: Ring;
  #trusted = false;
  #events: DetectorEvent[] = [];

  constructor(self: string, timing: PulseTiming, ring: Ring) {
    this.#self = self;
    this.#timing = timing;
    this.#ring = ring;
  }

  setRing(ring: Ring, nowMs: number): void {
    this.#ring = ring;
    const watched = new Set(ring.watchedBy(this.#self).filter((node) => this.#met.has(node)));
    for (const node of this.#watch.nodes()) if (!watched.has(node)) this.#unwatch(node);
    for (const node of watched) {
      if (this.#watch.hearing(node) === undefined) this.#watch.start(node, this.#timing, nowMs);
    }
    for (const target of [...this.#suspicions.targets(), ...watched]) this.#assess(target, nowMs);
  }

  /** Whether suspicions of this node count even where it hears nobody: it is not what is cut off. */
  setTrusted(trusted: boolean, nowMs: number): void {
    const wasMute = this.#isMute();
    this.#trusted = trusted;
    if (wasMute) this.#speakUp(nowMs);
  }

  /** Another incarnation has proved that it runs: nothing that was said of the former one holds. */
  meet(node: string, nowMs: number): void {
    this.forget(node, nowMs);
    this.#met.add(node);
    if (this.#ring.watchersOf(node).includes(this.#self)) this.#watch.start(node, this.#timing, nowMs);
  }

  /** The member is gone, or not yet proved to run. */
  forget(node: string, nowMs: number): void {
    this.#met.delete(node);
    this.#dead.delete(node);
    this.#suspicions.clear(node);
    this.#dropVotesOf(node);
    this.#unwatch(node);
    this.#assessWatchedBy(node, nowMs);
  }

  /** A message of the member has come. Returns how it stood before, where this node watches it. */
  heard(node: string, nowMs: number): Hearing | undefined {
    const wasMute = this.#isMute();
    const before = this.#watch.heard(node, nowMs);
    if (before === 'suspected') this.#unsuspect(node, nowMs);
    if (wasMute) this.#speakUp(nowMs);
    return before;
  }

  setTiming(node: string, timing: PulseTiming): void {
    this.#watch.setTiming(node, timing);
  }

  /** It answered on the wire. */
  answered(node: string, nowMs: number): void {
    const wasMute = this.#isMute();
    if (this.#watch.answered(node, nowMs) === 'suspected') this.#unsuspect(node, nowMs);
    if (wasMute) this.#speakUp(nowMs);
  }

  /** It answered this node's question: whatever the others say, it lives. */
  proved(node: string): void {
    this.#suspicions.clear(node);
    if (this.#dead.delete(node)) this.#say('revived', node);
  }

  /** Another member says that it suspects this one. */
  suspectedBy(voter: string, node: string, nowMs: number): void {
    if (!this.#suspicions.add(node, voter, nowMs)) return;
    if (this.#suspects(node)) this.#say('suspectAgain', node);
    this.#assess(node, nowMs);
  }

  /** Another member says that it hears this one again. */
  heardBy(voter: string, node: string, nowMs: number): void {
    this.#suspicions.withdraw(node, voter);
    this.#reviveUnlessSuspected(node, nowMs);
  }

  hearing(node: string): Hearing | undefined {
    return this.#watch.hearing(node);
  }

  hearsNobody(): boolean {
    return this.#watch.hearsNobody();
  }

  isDead(node: string): boolean {
    return this.#dead.has(node);
  }

  /** Messages get through: it has proved that it runs, lives, and, where this node watches it, is heard. */
  contact(node: string): boolean {
    return this.#met.has(node) && !this.#dead.has(node) && (this.#watch.hearing(node) ?? 'heard') === 'heard';
  }

  nextDeadlineMs(): number {
    return this.#watch.nextDeadlineMs();
  }

  advance(nowMs: number): void {
    for (let due = this.#watch.takeDue(nowMs); due !== undefined; due = this.#watch.takeDue(nowMs)) {
      if (due.type === 'suspected') this.#suspect(due.node, nowMs);
      else this.#say(due.type, due.node);
      // It is no live watcher of others any more.
      if (due.type !== 'probe') this.#assessWatchedBy(due.node, nowMs);
    }
  }

  takeEvents(): readonly DetectorEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  #say(type: DetectorEvent['type'], node: string): void {
    this.#events.push({ type, node });
  }

  /** It may itself be what is cut off. */
  #isMute(): boolean {
    return !this.#trusted && this.#watch.hearsNobody();
  }

  #speakUp(nowMs: number): void {
    for (const node of this.#watch.nodes()) {
      if (this.#watch.hearing(node) === 'suspected') this.#suspect(node, nowMs);
    }
  }

  #suspect(node: string, nowMs: number): void {
    if (this.#isMute()) return;
    this.#say('suspect', node);
    this.#assess(node, nowMs);
  }

  #unsuspect(node: string, nowMs: number): void {
    this.#say('unsuspect', node);
    this.#reviveUnlessSuspected(node, nowMs);
  }

  #unwatch(node: string): void {
    if (this.#watch.hearing(node) === 'suspected') this.#say('unsuspect', node);
    this.#watch.stop(node);
  }

  /** By this node, with effect. */
  #suspects(node: string): boolean {
    return this.#watch.hearing(node) === 'suspected' && !this.#isMute();
  }

  #assessWatchedBy(watcher: string, nowMs: number): void {
    for (const node of this.#ring.watchedBy(watcher)) this.#assess(node, nowMs);
  }

  #assess(node: string, nowMs: number): void {
    if (node === this.#self || this.#dead.has(node) || !this.#isSuspectedByMost(node, nowMs)) return;
    this.#dead.set(node, nowMs);
    this.#say('dead', node);
    this.#dropVotesOf(node);
    this.#assessWatchedBy(node, nowMs);
  }

  #reviveUnlessSuspected(node: string, nowMs: number): void {
    if (!this.#dead.has(node) || this.#isSuspectedByMost(node, nowMs)) return;
    this.#dead.delete(node);
    this.#say('revived', node);
  }

  #isSuspectedByMost(node: string, nowMs: number): boolean {
    let [live, suspecting] = [0, 0];
    for (const watcher of this.#ring.watchersOf(node)) {
      const isSelf = watcher === this.#self;
      if (!isSelf && !this.contact(watcher)) continue;
      live += 1;
      if (isSelf ? this.#suspects(node) : this.#suspicions.has(node, watcher, nowMs)) suspecting += 1;
    }
    return 2 * suspecting > live;
  }

  #dropVotesOf(voter: string): void {
    for (const node of this.#ring.watchedBy(voter)) this.#suspicions.withdraw(node, voter);
  }
}
