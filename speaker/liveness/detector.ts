import type { Ring } from './ring.ts';
import { Suspicions } from './suspicions.ts';
import { type Hearing, type PulseTiming, Watch } from './watch.ts';

/** After so long whoever stands in for a dead watcher has watched long enough to be asked. */
const standInMs = 1_000;

/**
 * `late`, `probe`: ask it for a message, or by all means. `silent`: it answers on the wire alone. `suspect`,
 * `unsuspect`: tell all. `suspectAgain`: another watcher has come to the same suspicion, tell all again. `unwatched`:
 * say no more about it. `dead`, `revived`: what follows from all that was said.
 */
export interface DetectorEvent {
  readonly type:
    | 'late'
    | 'probe'
    | 'silent'
    | 'suspect'
    | 'suspectAgain'
    | 'unsuspect'
    | 'unwatched'
    | 'dead'
    | 'revived';
  readonly node: string;
}

/**
 * Who is dead: whom more than half of its live watchers suspect. Live is a watcher that is not dead, and that this node
 * can hear. Where this node is the only one, it must have heard somebody since the first message of the member was
 * missing: it may be cut off, and the others only a few ms from being missed, too. Death is kept until a sign of life
 * takes the majority away: that watchers fall silent is none. BOUNDED by the members; events wait for `takeEvents`.
 */
export class Detector {
  readonly #self: string;
  readonly #timing: PulseTiming;
  readonly #watch = new Watch();
  readonly #suspicions = new Suspicions();
  readonly #met = new Set<string>();
  /** Since when. */
  readonly #dead = new Map<string, number>();
  #ring: Ring;
  #stale = true;
  #audienceStale = true;
  #trusted = false;
  /** When any member was last heard, or answered. */
  #contactMs = Number.NEGATIVE_INFINITY;
  #events: DetectorEvent[] = [];

  constructor(self: string, timing: PulseTiming, ring: Ring) {
    this.#self = self;
    this.#timing = timing;
    this.#ring = ring;
  }

  setRing(ring: Ring): void {
    this.#ring = ring;
    this.#stale = true;
  }

  /** Who watches whom has changed: `rewatch`. */
  get stale(): boolean {
    return this.#stale;
  }

  /** Watches whom it has to, now that somebody came, went, died or returned. */
  rewatch(nowMs: number): void {
    if (!this.#stale) return;
    this.#stale = false;
    this.#audienceStale = true;
    const watched = new Set(this.#watchedBy(this.#self).filter((node) => this.#met.has(node)));
    for (const node of this.#watch.nodes()) if (!watched.has(node)) this.#unwatch(node);
    for (const node of watched) {
      if (this.#watch.hearing(node) === undefined) this.#watch.start(node, this.#timing, nowMs);
    }
    for (const target of [...this.#suspicions.targets(), ...watched]) this.#assess(target, nowMs);
  }

  /**
   * Who gets the pulses, after a change: also watchers that are dead, so that both know at once when they can hear
   * each other again.
   */
  takeAudience(): readonly string[] | undefined {
    if (!this.#audienceStale) return undefined;
    this.#audienceStale = false;
    const always = this.#ring.watchersOf(this.#self, () => true);
    return [...new Set([...always, ...this.#watchersOf(this.#self)])];
  }

  /** Whether suspicions of this node count even where it hears nobody: it is not what is cut off. */
  setTrusted(trusted: boolean, nowMs: number): void {
    const wasMute = this.#isMute();
    this.#trusted = trusted;
    if (wasMute) this.#speakUp(nowMs);
  }

  /** Another incarnation has proved that it runs: nothing that was said of the former one holds. */
  meet(node: string, nowMs: number): void {
    if (this.#met.has(node) || this.#dead.has(node)) this.forget(node, nowMs);
    this.#suspicions.clear(node);
    this.#met.add(node);
    if (this.#watchedBy(this.#self).includes(node)) this.#watch.start(node, this.#timing, nowMs);
  }

  /** The member is gone, or not yet proved to run. */
  forget(node: string, nowMs: number): void {
    this.#stale = true;
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
    this.#noteContact(wasMute, nowMs);
    return before;
  }

  setTiming(node: string, timing: PulseTiming): void {
    this.#watch.setTiming(node, timing);
  }

  /** It answered on the wire. */
  answered(node: string, nowMs: number): void {
    const wasMute = this.#isMute();
    const before = this.#watch.answered(node, nowMs);
    if (before === 'suspected') this.#unsuspect(node, nowMs);
    if (before !== undefined) this.#noteContact(wasMute, nowMs);
  }

  /** It answered this node's question: whatever the others say, it lives. */
  proved(node: string): void {
    this.#suspicions.clear(node);
    if (this.#dead.has(node)) this.#revive(node);
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

  /** It watches that member and has heard it since, and all others whom it watches are heard or not missed yet. */
  hearsAll(node: string): boolean {
    return this.#watch.suspected === 0 && this.#watch.isHeard(node) && !this.#dead.has(node);
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
      if (due.type === 'silent' || due.type === 'suspected') this.#assessWatchedBy(due.node, nowMs);
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

  #noteContact(wasMute: boolean, nowMs: number): void {
    this.#contactMs = Math.max(this.#contactMs, nowMs);
    if (wasMute) this.#speakUp(nowMs);
    if (wasMute || this.#watch.suspected === 0) return;
    for (const node of this.#watch.nodes()) if (this.#suspects(node)) this.#assess(node, nowMs);
  }

  #speakUp(nowMs: number): void {
    for (const node of this.#watch.nodes()) if (this.#watch.hearing(node) === 'suspected') this.#suspect(node, nowMs);
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
    if (this.#watch.hearing(node) === 'suspected') this.#say('unwatched', node);
    this.#watch.stop(node);
  }

  /** By this node, with effect. */
  #suspects(node: string): boolean {
    return this.#watch.hearing(node) === 'suspected' && !this.#isMute();
  }

  #watchersOf(node: string): readonly string[] {
    return this.#ring.watchersOf(node, this.#isLive);
  }

  #watchedBy(node: string): readonly string[] {
    return this.#ring.watchedBy(node, this.#isLive);
  }

  readonly #isLive = (node: string): boolean => !this.#dead.has(node);

  readonly #isHeard = (node: string): boolean => node === this.#self || this.contact(node);

  #assessWatchedBy(watcher: string, nowMs: number): void {
    for (const node of this.#watchedBy(watcher)) this.#assess(node, nowMs);
  }

  #assess(node: string, nowMs: number): void {
    if (node === this.#self || this.#dead.has(node) || !this.#isSuspectedByMost(node, nowMs)) return;
    this.#dead.set(node, nowMs);
    this.#stale = true;
    this.#say('dead', node);
    this.#dropVotesOf(node);
    this.#assessWatchedBy(node, nowMs);
  }

  #reviveUnlessSuspected(node: string, nowMs: number): void {
    if (!this.#dead.has(node) || this.#isSuspectedByMost(node, nowMs)) return;
    this.#revive(node);
  }

  #revive(node: string): void {
    this.#dead.delete(node);
    this.#stale = true;
    this.#say('revived', node);
  }

  #isSuspectedByMost(node: string, nowMs: number): boolean {
    const voters = this.#votersOn(node, nowMs);
    const suspecting = voters.filter((watcher) =>
      watcher === this.#self ? this.#suspects(node) : this.#suspicions.has(node, watcher, nowMs),
    );
    if (voters.length === 1 && suspecting[0] === this.#self && !this.#isItsOwnSilence(node)) return false;
    return 2 * suspecting.length > voters.length;
  }

  /** Others were heard since, or it is known that they can't be. */
  #isItsOwnSilence(node: string): boolean {
    return this.#trusted || this.#contactMs > (this.#watch.missingSinceMs(node) ?? Number.NEGATIVE_INFINITY);
  }

  /** Who stands in for a dead watcher has not watched for long: the others need not wait for it, if there are any. */
  #votersOn(node: string, nowMs: number): readonly string[] {
    const wasLive = (watcher: string): boolean => {
      const deadMs = this.#dead.get(watcher);
      return deadMs === undefined || nowMs - deadMs < standInMs;
    };
    const voters = this.#ring.watchersOf(node, wasLive).filter(this.#isHeard);
    return voters.length > 0 ? voters : this.#ring.watchersOf(node, this.#isHeard);
  }

  #dropVotesOf(voter: string): void {
    for (const node of this.#watchedBy(voter)) this.#suspicions.withdraw(node, voter);
  }
}
