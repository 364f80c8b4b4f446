import type { Lease } from '../api/lease.ts';
import type { LeaseSpec } from './lease-spec.ts';

/**
 * The leader election of client-go (tools/leaderelection) as a pure machine. Clocks of different machines are never
 * compared: a candidate waits until the lease has not changed for its whole duration by the candidate's own monotonic
 * clock, counted from when it saw the last change; a leader stops by its own clock `renewDeadlineMs` after it sent the
 * last renewal that was accepted. Since a change is seen only after it was sent, and the deadline is shorter than the
 * duration, two leaders at once are impossible as long as clocks run equally fast.
 */
export interface ElectionRules {
  /** Unique per process: a restarted one is somebody else. */
  readonly identity: string;
  readonly leaseMs: number;
  /** Below `leaseMs`. */
  readonly renewDeadlineMs: number;
}

export type ElectionState =
  | {
      readonly role: 'candidate';
      /** The lease as last read, and since when it has looked so; undefined before the first read. */
      readonly observed: { readonly lease: Lease | undefined; readonly sinceMs: number } | undefined;
    }
  | { readonly role: 'leader'; readonly lease: Lease; readonly untilMs: number };

export type ElectionEvent =
  /** A read was answered at `atMs`. */
  | { readonly type: 'read'; readonly lease: Lease | undefined; readonly atMs: number }
  /** A write of ours, sent at `sentMs`, was accepted. */
  | { readonly type: 'written'; readonly lease: Lease; readonly sentMs: number; readonly atMs: number }
  /** Time has passed. */
  | { readonly type: 'tick'; readonly atMs: number };

export type ElectionMove =
  | { readonly type: 'create'; readonly spec: LeaseSpec }
  /** To be made conditional on the resourceVersion. */
  | { readonly type: 'update'; readonly lease: Lease; readonly spec: LeaseSpec }
  /** Somebody else holds it; it can't be claimed before that time, and only if it does not change until then. */
  | { readonly type: 'wait'; readonly holder: string; readonly untilMs: number }
  | { readonly type: 'read' };

export const initialElection: ElectionState = { role: 'candidate', observed: undefined };

export function stepElection(state: ElectionState, event: ElectionEvent, rules: ElectionRules): ElectionState {
  switch (event.type) {
    case 'read':
      return afterRead(expired(state, event.atMs), event.lease, event.atMs, rules);
    case 'written':
      // An answer that took longer than the deadline makes nobody a leader.
      return expired({ role: 'leader', lease: event.lease, untilMs: event.sentMs + rules.renewDeadlineMs }, event.atMs);
    case 'tick':
      return expired(state, event.atMs);
  }
}

/** What to do next. `wallMs` only labels what is written, for people to read. */
export function nextElectionMove(
  state: ElectionState,
  rules: ElectionRules,
  { nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number },
): ElectionMove {
  if (state.role === 'leader') {
    return { type: 'update', lease: state.lease, spec: renewal(state.lease, rules, wallMs) };
  }
  if (state.observed === undefined) return { type: 'read' };
  const { lease, sinceMs } = state.observed;
  if (lease === undefined) return { type: 'create', spec: claim(0, rules, wallMs) };
  if (lease.holderIdentity === rules.identity) return { type: 'update', lease, spec: renewal(lease, rules, wallMs) };
  const claimableMs = lease.holderIdentity === undefined ? sinceMs : sinceMs + lease.leaseDurationSeconds * 1000;
  if (nowMs < claimableMs) return { type: 'wait', holder: lease.holderIdentity ?? '', untilMs: claimableMs };
  return { type: 'update', lease, spec: claim(lease.leaseTransitions + 1, rules, wallMs) };
}

/** What a leader that goes writes, once it has stopped leading: nobody holds the lease, and nobody need wait. */
export function releasedSpec(lease: Lease, wallMs: number): LeaseSpec {
  return {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireMs: wallMs,
    renewMs: wallMs,
    leaseTransitions: lease.leaseTransitions,
  };
}

/** Whether the state still makes a leader at that moment. */
export function leadsAt(state: ElectionState, nowMs: number): boolean {
  return state.role === 'leader' && nowMs < state.untilMs;
}

function afterRead(state: ElectionState, lease: Lease | undefined, atMs: number, rules: ElectionRules): ElectionState {
  if (state.role === 'leader') {
    // A write of ours whose answer was lost changed the resourceVersion; it does not prolong the leadership.
    if (lease?.holderIdentity === rules.identity) return { ...state, lease };
    return { role: 'candidate', observed: { lease, sinceMs: atMs } };
  }
  const unchanged = state.observed !== undefined && sameRecord(state.observed.lease, lease);
  return { role: 'candidate', observed: { lease, sinceMs: unchanged ? state.observed.sinceMs : atMs } };
}

function expired(state: ElectionState, nowMs: number): ElectionState {
  if (state.role === 'candidate' || nowMs < state.untilMs) return state;
  return { role: 'candidate', observed: undefined };
}

function sameRecord(a: Lease | undefined, b: Lease | undefined): boolean {
  return (
    a?.holderIdentity === b?.holderIdentity &&
    a?.renewTimeMs === b?.renewTimeMs &&
    a?.acquireTimeMs === b?.acquireTimeMs &&
    a?.leaseTransitions === b?.leaseTransitions &&
    a?.meta.uid === b?.meta.uid
  );
}

function claim(leaseTransitions: number, rules: ElectionRules, wallMs: number): LeaseSpec {
  return {
    holderIdentity: rules.identity,
    leaseDurationSeconds: Math.ceil(rules.leaseMs / 1000),
    acquireMs: wallMs,
    renewMs: wallMs,
    leaseTransitions,
  };
}

function renewal(lease: Lease, rules: ElectionRules, wallMs: number): LeaseSpec {
  return { ...claim(lease.leaseTransitions, rules, wallMs), acquireMs: lease.acquireTimeMs ?? wallMs };
}
