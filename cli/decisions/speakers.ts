import type { Lease } from '../../shared/api/lease.ts';
import { type MemberFacts, nodeOfLease } from '../../speaker/membership/membership.ts';
import { decodeSpeakerFacts } from '../../speaker/membership/speaker-facts.ts';

/**
 * `live`: it renews its Lease. `leaving`: it does, and is about to stop. `heard`: its Lease has run out, and yet the
 * others, who take the holder out of the Leases of those that they do not hear, leave it there. `expired`: it has run
 * out. `gone`: the others have taken its holder out, or it has itself.
 */
export type SpeakerState = 'live' | 'leaving' | 'heard' | 'expired' | 'gone';

export interface KnownSpeaker {
  readonly node: string;
  readonly state: SpeakerState;
  readonly facts: MemberFacts;
  /** Unix ms, by the holder's clock. */
  readonly renewedMs: number | undefined;
}

/** The API server tells whole seconds, and clocks of nodes differ a little. */
const toleranceMs = 2_000;
/** So long after a Lease has run out the others have released it, unless they hear its speaker: they look every second. */
const releasedWithinMs = 5_000;

/** The speakers that have a Lease, by node. `nowMs`: Unix ms, by the API server's clock. */
export function speakersByLease(leases: readonly Lease[], nowMs: number): ReadonlyMap<string, KnownSpeaker> {
  const renewing = leases.filter((lease) => lease.holderIdentity !== undefined && overdueMs(lease, nowMs) <= 0);
  const speakers = leases.flatMap((lease): readonly KnownSpeaker[] => {
    const node = nodeOfLease(lease);
    if (node === undefined) return [];
    const state = stateOf(lease, nowMs, renewing.length > 0);
    const facts = { ...decodeSpeakerFacts(lease.meta.annotations), leaseExpired: state === 'heard' };
    return [{ node, state, facts, renewedMs: lease.renewTimeMs }];
  });
  return new Map(speakers.sort((a, b) => (a.node < b.node ? -1 : 1)).map((speaker) => [speaker.node, speaker]));
}

/** Those that the speakers' plans are made with. */
export function membersOf(speakers: ReadonlyMap<string, KnownSpeaker>): ReadonlyMap<string, MemberFacts> {
  const members = [...speakers].filter(([, { state }]) => isMember(state));
  return new Map(members.map(([node, { facts }]) => [node, facts]));
}

export function isMember(state: SpeakerState): boolean {
  return state === 'live' || state === 'leaving' || state === 'heard';
}

function stateOf(lease: Lease, nowMs: number, othersRenew: boolean): SpeakerState {
  if (lease.holderIdentity === undefined) return 'gone';
  const lateMs = overdueMs(lease, nowMs);
  if (lateMs <= 0) return decodeSpeakerFacts(lease.meta.annotations).leaving ? 'leaving' : 'live';
  return othersRenew && lateMs > releasedWithinMs ? 'heard' : 'expired';
}

/** For how long the Lease has run out; negative: so long it lasts. A time in the future is a clock that is ahead. */
function overdueMs({ renewTimeMs, leaseDurationSeconds }: Lease, nowMs: number): number {
  const renewedMs = Math.min(renewTimeMs ?? Number.NEGATIVE_INFINITY, nowMs);
  return nowMs - renewedMs - leaseDurationSeconds * 1000 - toleranceMs;
}
