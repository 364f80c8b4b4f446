import type { SeededRandom } from './seeded-random.ts';
import type { Timeline } from './timeline.ts';

export interface Conditions {
  /** Share of the datagrams that get lost. */
  readonly loss: number;
  readonly duplicates: number;
  readonly minDelayMs: number;
  /** Datagrams with different delays overtake one another. */
  readonly maxDelayMs: number;
}

export const calmConditions: Conditions = { loss: 0, duplicates: 0, minDelayMs: 0.2, maxDelayMs: 1 };

/** What is no node, and yet on one side of a partition. */
export const gateway = '(gateway)';
export const apiServer = '(API server)';

/** The LAN: who reaches whom, and what becomes of datagrams on their way. */
export class Network {
  readonly #timeline: Timeline;
  readonly #random: SeededRandom;
  #conditions = calmConditions;
  /** Nodes that are cut from the rest, with those of the same side. */
  #sides: ReadonlyMap<string, number> = new Map();
  readonly #cuts = new Set<string>();
  readonly #downLinks = new Set<string>();
  readonly #blockedUdp = new Set<string>();
  readonly #sent = new Map<string, { second: number; count: number }>();
  datagrams = 0;
  /** The most that one node sent within one second of the clock. */
  busiest = 0;

  constructor(timeline: Timeline, random: SeededRandom) {
    this.#timeline = timeline;
    this.#random = random;
  }

  setConditions(conditions: Partial<Conditions>): void {
    this.#conditions = { ...calmConditions, ...conditions };
  }

  /** Whoever is not named stays with the first side. */
  part(sides: readonly (readonly string[])[]): void {
    this.#sides = new Map(sides.flatMap((side, index) => side.map((node) => [node, index])));
  }

  /** Nothing that `from` sends reaches `to`. */
  setCut(from: string, to: string, cut: boolean): void {
    if (cut) this.#cuts.add(`${from}>${to}`);
    else this.#cuts.delete(`${from}>${to}`);
  }

  setLink(node: string, up: boolean): void {
    if (up) this.#downLinks.delete(node);
    else this.#downLinks.add(node);
  }

  linkIsUp(node: string): boolean {
    return !this.#downLinks.has(node);
  }

  setUdpBlocked(node: string, blocked: boolean): void {
    if (blocked) this.#blockedUdp.add(node);
    else this.#blockedUdp.delete(node);
  }

  /** Whether frames get from one to the other. */
  reaches(from: string, to: string): boolean {
    if (this.#downLinks.has(from) || this.#downLinks.has(to)) return false;
    if ((this.#sides.get(from) ?? 0) !== (this.#sides.get(to) ?? 0)) return false;
    return this.#cuts.size === 0 || !this.#cuts.has(`${from}>${to}`);
  }

  /** Whether a question and its answer could get through. */
  reachesBothWays(one: string, other: string): boolean {
    return this.reaches(one, other) && this.reaches(other, one);
  }

  /** Whether this one question and its answer do: frames get lost as datagrams do. */
  answers(one: string, other: string): boolean {
    const { loss } = this.#conditions;
    if (loss > 0 && (this.#random.chance(loss) || this.#random.chance(loss))) return false;
    return this.reachesBothWays(one, other);
  }

  /** A datagram: `arrive` is called never, once or twice. */
  send(from: string, to: string, arrive: () => void): void {
    this.#count(from);
    if (!this.reaches(from, to) || this.#blockedUdp.has(from) || this.#blockedUdp.has(to)) return;
    const { loss, duplicates } = this.#conditions;
    if (loss > 0 && this.#random.chance(loss)) return;
    this.#timeline.after(this.#delayMs(), arrive);
    if (duplicates > 0 && this.#random.chance(duplicates)) this.#timeline.after(this.#delayMs(), arrive);
  }

  #count(from: string): void {
    this.datagrams += 1;
    const second = Math.floor(this.#timeline.nowMs / 1000);
    let sent = this.#sent.get(from);
    if (sent === undefined || sent.second !== second) {
      sent = { second, count: 0 };
      this.#sent.set(from, sent);
    }
    sent.count += 1;
    this.busiest = Math.max(this.busiest, sent.count);
  }

  #delayMs(): number {
    return this.#random.between(this.#conditions.minDelayMs, this.#conditions.maxDelayMs);
  }
}
