/** RFC 5227 §2.4 (b): an address is defended once in so long. */
const defendIntervalMs = 10_000;
const reportIntervalMs = 60_000;
/** While an address moves between speakers, both answer for a moment. */
const handoverMs = 2_000;
/** A speaker's claims that follow each other closer than this belong to one handover. */
const handoverQuietMs = 10_000;
/** What a speaker sent before it gave an address up may be seen so long after it said so. */
const lateFramesMs = 500;

/** Another station says that it has an address of ours. */
export interface Claim {
  readonly ip: string;
  readonly mac: string;
  /** The MAC is known as one of the other speakers'. */
  readonly bySpeaker: boolean;
}

export interface ConflictResponse {
  readonly verdict: 'conflict' | 'handover';
  /** Tell main. */
  readonly report: boolean;
  /** Send one gratuitous announcement. */
  readonly defend: boolean;
}

interface ConflictState {
  reportedMs: number;
  defendedMs: number;
  speakerClaimSinceMs: number;
  speakerClaimLastMs: number;
  /** When a speaker last said that it gave the address up. */
  releasedMs: number;
}

const silence: ConflictResponse = { verdict: 'handover', report: false, defend: false };

/** Judges foreign claims to owned addresses. BOUNDED: one entry per owned address; `forget` removes it. */
export class ConflictWatch {
  readonly #states = new Map<string, ConflictState>();

  /** For a claim to an address that this node owns. */
  judge(claim: Claim, nowMs: number): ConflictResponse {
    const state = this.#stateOf(claim.ip);
    if (claim.bySpeaker && isHandover(state, nowMs)) return silence;
    const report = nowMs - state.reportedMs >= reportIntervalMs;
    const defend = nowMs - state.defendedMs >= defendIntervalMs;
    if (report) state.reportedMs = nowMs;
    if (defend) state.defendedMs = nowMs;
    return { verdict: 'conflict', report, defend };
  }

  /** Another speaker says that it gave the address up, which this node owns. */
  released(ip: string, nowMs: number): void {
    this.#stateOf(ip).releasedMs = nowMs;
  }

  /** The address is no longer this node's. */
  forget(ip: string): void {
    this.#states.delete(ip);
  }

  #stateOf(ip: string): ConflictState {
    let state = this.#states.get(ip);
    if (state === undefined) {
      const never = Number.NEGATIVE_INFINITY;
      state = {
        reportedMs: never,
        defendedMs: never,
        speakerClaimSinceMs: never,
        speakerClaimLastMs: never,
        releasedMs: never,
      };
      this.#states.set(ip, state);
    }
    return state;
  }
}

/** Notes the speaker's claim, and says whether claims have not gone on for longer than a handover takes. */
function isHandover(state: ConflictState, nowMs: number): boolean {
  const isQuiet = nowMs - state.speakerClaimLastMs > handoverQuietMs;
  if (isQuiet || hasHandedOver(state, nowMs)) state.speakerClaimSinceMs = nowMs;
  state.speakerClaimLastMs = nowMs;
  return nowMs - state.speakerClaimSinceMs < handoverMs;
}

/** The claims so far belong to a handover that is over; this one does not. */
function hasHandedOver({ speakerClaimLastMs, releasedMs }: ConflictState, nowMs: number): boolean {
  const overMs = releasedMs + lateFramesMs;
  return speakerClaimLastMs < overMs && overMs <= nowMs;
}
