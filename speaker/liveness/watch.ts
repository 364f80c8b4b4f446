import { DeadlineHeap } from '../datapath/deadline-heap.ts';

/** What a member's pulses say of themselves: both ends count alike, as in BFD (RFC 5880 §6.8.4). */
export interface PulseTiming {
  readonly intervalMs: number;
  readonly multiplier: number;
}

/**
 * `heard`: its messages come. `silent`: they do not, but it answers on the wire for an address that it holds.
 * `suspected`: neither for its detection time.
 */
export type Hearing = 'heard' | 'silent' | 'suspected';

/** `late`: a pulse is missing, ask for a message. `probe`: ask by all means whether it lives. */
export interface WatchEvent {
  readonly type: 'late' | 'probe' | 'silent' | 'suspected';
  readonly node: string;
}

interface Watched {
  timing: PulseTiming;
  hearing: Hearing;
  /** Since it is watched: before, it has only the benefit of the doubt. */
  everHeard: boolean;
  heardMs: number;
  /** Of the wire; only after a probe. */
  answeredMs: number;
  lastLateMs: number;
  /** Of this silence. */
  firstProbeMs: number | undefined;
  lastProbeMs: number;
}

const intervalBounds = { leastMs: 10, mostMs: 10_000 };
const multiplierBounds = { least: 1, most: 50 };

/** Without a sign of life for so long a member is suspected: a tenth of an interval allows for how its timer jitters. */
export function detectionMs({ intervalMs, multiplier }: PulseTiming): number {
  return intervalMs * multiplier + intervalMs / 10;
}

/** A pulse is late after an interval and a tenth of it, as for the detection time, but no timer is better than this. */
const leastJitterMs = 10;

/**
 * When those that this node watches were heard, and what follows from silence. Whoever has lost a pulse asks for a
 * message, so that a stall of the member begins with a full detection time. One interval before that ends it asks for
 * a first probe, then twice an interval until the end, then once: lost pulses alone suspect hardly anybody.
 * BOUNDED: one entry per watched member.
 */
export class Watch {
  readonly #watched = new Map<string, Watched>();
  readonly #due = new DeadlineHeap<string>();
  #suspected = 0;
  #inContact = 0;

  /** From now on it has a full detection time, with this timing until its pulses tell theirs. */
  start(node: string, timing: PulseTiming, nowMs: number): void {
    const never = Number.NEGATIVE_INFINITY;
    this.stop(node);
    this.#watched.set(node, {
      timing: within(timing),
      hearing: 'heard',
      everHeard: false,
      heardMs: nowMs,
      answeredMs: never,
      lastLateMs: never,
      firstProbeMs: undefined,
      lastProbeMs: never,
    });
    this.#schedule(node);
  }

  stop(node: string): void {
    const watched = this.#watched.get(node);
    if (watched !== undefined) this.#count(watched, -1);
    this.#watched.delete(node);
    this.#due.delete(node);
  }

  nodes(): Iterable<string> {
    return this.#watched.keys();
  }

  /** Undefined for who is not watched. */
  hearing(node: string): Hearing | undefined {
    return this.#watched.get(node)?.hearing;
  }

  /** When its first message of this silence was missing, not only late; undefined for who is not watched. */
  missingSinceMs(node: string): number | undefined {
    const watched = this.#watched.get(node);
    return watched === undefined ? undefined : watched.heardMs + latenessMs(watched.timing);
  }

  /** Its messages come, and have since it is watched. */
  isHeard(node: string): boolean {
    const watched = this.#watched.get(node);
    return watched?.hearing === 'heard' && watched.everHeard;
  }

  /** How many are suspected. */
  get suspected(): number {
    return this.#suspected;
  }

  /** Suspects somebody, and is in contact with nobody. */
  hearsNobody(): boolean {
    return this.#suspected > 0 && this.#inContact === 0;
  }

  /** A message of the member has come. Returns how it stood before. */
  heard(node: string, nowMs: number): Hearing | undefined {
    const watched = this.#watched.get(node);
    if (watched === undefined) return undefined;
    const before = watched.hearing;
    watched.heardMs = nowMs;
    watched.firstProbeMs = undefined;
    if (before !== 'heard' || !watched.everHeard) this.#setHearing(watched, 'heard', true);
    this.#schedule(node);
    return before;
  }

  setTiming(node: string, { intervalMs, multiplier }: PulseTiming): void {
    const watched = this.#watched.get(node);
    if (watched === undefined) return;
    const timing = within({ intervalMs, multiplier });
    if (timing.intervalMs === watched.timing.intervalMs && timing.multiplier === watched.timing.multiplier) return;
    watched.timing = timing;
    if (watched.hearing !== 'suspected') this.#schedule(node);
  }

  /** It answered a probe on the wire; what nobody asked for does not count. Returns how it stood before. */
  answered(node: string, nowMs: number): Hearing | undefined {
    const watched = this.#watched.get(node);
    if (watched?.firstProbeMs === undefined) return undefined;
    const before = watched.hearing;
    watched.answeredMs = nowMs;
    if (before !== 'suspected') return before;
    this.#setHearing(watched, 'silent', true);
    this.#schedule(node);
    return before;
  }

  nextDeadlineMs(): number {
    return this.#due.first()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** The next thing that follows from silence; undefined when nothing more does at this time. */
  takeDue(nowMs: number): WatchEvent | undefined {
    for (let first = this.#due.first(); first !== undefined && first.dueMs <= nowMs; first = this.#due.first()) {
      const node = first.key;
      const type = this.#judge(node, nowMs);
      this.#schedule(node);
      if (type !== undefined) return { type, node };
    }
    return undefined;
  }

  #judge(node: string, nowMs: number): WatchEvent['type'] | undefined {
    const watched = this.#watched.get(node);
    if (watched === undefined) return undefined;
    if (nowMs >= suspectMs(watched)) {
      this.#setHearing(watched, 'suspected', watched.everHeard);
      return 'suspected';
    }
    if (nowMs >= silentMs(watched)) {
      this.#setHearing(watched, 'silent', true);
      return 'silent';
    }
    if (nowMs < probeMs(watched)) {
      if (nowMs < lateMs(watched)) return undefined;
      watched.lastLateMs = nowMs;
      return 'late';
    }
    watched.firstProbeMs ??= nowMs;
    watched.lastProbeMs = nowMs;
    return 'probe';
  }

  #setHearing(watched: Watched, hearing: Hearing, everHeard: boolean): void {
    this.#count(watched, -1);
    watched.hearing = hearing;
    watched.everHeard = everHeard;
    this.#count(watched, 1);
  }

  #count({ hearing, everHeard }: Watched, one: 1 | -1): void {
    if (hearing === 'suspected') this.#suspected += one;
    else if (everHeard) this.#inContact += one;
  }

  #schedule(node: string): void {
    const watched = this.#watched.get(node);
    if (watched === undefined || watched.hearing === 'suspected') this.#due.delete(node);
    else this.#due.set(node, Math.min(lateMs(watched), probeMs(watched), silentMs(watched), suspectMs(watched)));
  }
}

/** Only before the first probe, which comes soon enough then. */
function lateMs({ timing, heardMs, firstProbeMs, lastLateMs }: Watched): number {
  if (firstProbeMs !== undefined) return Number.POSITIVE_INFINITY;
  return Math.max(heardMs + latenessMs(timing), lastLateMs + timing.intervalMs);
}

function latenessMs({ intervalMs }: PulseTiming): number {
  return intervalMs + Math.max(intervalMs / 10, leastJitterMs);
}

function probeMs({ timing, heardMs, firstProbeMs, lastProbeMs }: Watched): number {
  const { intervalMs } = timing;
  if (firstProbeMs === undefined) return heardMs + detectionMs(timing) - intervalMs;
  return lastProbeMs + (lastProbeMs < heardMs + detectionMs(timing) ? intervalMs / 2 : intervalMs);
}

/** Who answered on the wire is not suspected; a stall of this process must not do without a probe. */
function suspectMs({ timing, heardMs, answeredMs, firstProbeMs }: Watched): number {
  if (firstProbeMs === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(Math.max(heardMs, answeredMs) + detectionMs(timing), firstProbeMs + timing.intervalMs / 2);
}

function silentMs({ timing, hearing, heardMs, answeredMs }: Watched): number {
  if (hearing === 'silent' || answeredMs <= heardMs) return Number.POSITIVE_INFINITY;
  return heardMs + detectionMs(timing);
}

function within({ intervalMs, multiplier }: PulseTiming): PulseTiming {
  return {
    intervalMs: Math.min(Math.max(intervalMs, intervalBounds.leastMs), intervalBounds.mostMs),
    multiplier: Math.min(Math.max(multiplier, multiplierBounds.least), multiplierBounds.most),
  };
}
