import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Lease } from '../api/lease.ts';
import { type ElectionRules, type ElectionState, leadsAt, nextElectionMove, stepElection } from './leader-election.ts';

const rules: ElectionRules = { identity: 'me', leaseMs: 15_000, renewDeadlineMs: 10_000 };

function lease(fields: Partial<Lease>): Lease {
  return {
    meta: {
      name: 'herald',
      namespace: 'herald-system',
      uid: 'u1',
      resourceVersion: '1',
      generation: 0,
      labels: {},
      annotations: {},
      createdMs: 0,
      deleting: false,
    },
    holderIdentity: 'other',
    leaseDurationSeconds: 15,
    acquireTimeMs: 500,
    renewTimeMs: 1_000,
    leaseTransitions: 3,
    ...fields,
  };
}

const read = (state: ElectionState, seen: Lease | undefined, atMs: number): ElectionState =>
  stepElection(state, { type: 'read', lease: seen, atMs }, rules);
const candidate: ElectionState = { role: 'candidate', observed: undefined };
const move = (state: ElectionState, nowMs: number) => nextElectionMove(state, rules, { nowMs, wallMs: 77_000 });

describe('leader election', () => {
  test('a candidate reads before anything else', () => {
    assert.deepEqual(move(candidate, 0), { type: 'read' });
  });

  test('a lease that does not exist is created', () => {
    const next = move(read(candidate, undefined, 100), 100);
    assert.deepEqual(next, {
      type: 'create',
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireMs: 77_000,
        renewMs: 77_000,
        leaseTransitions: 0,
      },
    });
  });

  test('a foreign lease is waited for by our own clock, however old its times look', () => {
    const state = read(candidate, lease({ renewTimeMs: 0 }), 100);
    assert.deepEqual(move(state, 15_099), { type: 'wait', holder: 'other', untilMs: 15_100 });
    assert.equal(move(state, 15_100).type, 'update');
  });

  test('each renewal that is seen starts the wait anew', () => {
    let state = read(candidate, lease({}), 100);
    state = read(state, lease({ renewTimeMs: 3_000 }), 9_000);
    assert.deepEqual(move(state, 20_000), { type: 'wait', holder: 'other', untilMs: 24_000 });
  });

  test('a new resourceVersion alone is no renewal, but is what the claim is made conditional on', () => {
    const touched = lease({});
    const state = read(
      read(candidate, lease({}), 100),
      { ...touched, meta: { ...touched.meta, resourceVersion: '2' } },
      9_000,
    );
    const next = move(state, 15_100);
    assert.equal(next.type === 'update' && next.lease.meta.resourceVersion, '2');
    assert.equal(next.type === 'update' && next.spec.leaseTransitions, 4);
  });

  test('a lease deleted and created anew starts the wait anew', () => {
    const other = lease({});
    const state = read(read(candidate, other, 100), { ...other, meta: { ...other.meta, uid: 'u2' } }, 9_000);
    assert.equal(move(state, 23_999).type, 'wait');
  });

  test('a released lease is claimed at once', () => {
    const state = read(candidate, lease({ holderIdentity: undefined, leaseDurationSeconds: 1 }), 100);
    assert.equal(move(state, 100).type, 'update');
  });

  test('the wait is as long as the holder says, not as we are configured', () => {
    const state = read(candidate, lease({ leaseDurationSeconds: 60 }), 0);
    assert.equal(move(state, 59_999).type, 'wait');
  });

  test('a leader leads from the sending of an accepted write for the deadline, by its own clock', () => {
    const state = stepElection(
      candidate,
      { type: 'written', lease: lease({ holderIdentity: 'me' }), sentMs: 1_000, atMs: 4_000 },
      rules,
    );
    assert.equal(leadsAt(state, 10_999), true);
    assert.equal(leadsAt(state, 11_000), false);
    assert.equal(stepElection(state, { type: 'tick', atMs: 11_000 }, rules).role, 'candidate');
  });

  test('a write whose answer took longer than the deadline makes no leader', () => {
    const written = { type: 'written', lease: lease({ holderIdentity: 'me' }), sentMs: 0, atMs: 10_000 } as const;
    assert.equal(stepElection(candidate, written, rules).role, 'candidate');
  });

  test('a leader that reads its own name goes on, but no longer than before', () => {
    const leader: ElectionState = { role: 'leader', lease: lease({ holderIdentity: 'me' }), untilMs: 9_000 };
    const state = read(leader, lease({ holderIdentity: 'me', renewTimeMs: 2_000 }), 5_000);
    assert.equal(leadsAt(state, 8_999), true);
    assert.equal(leadsAt(state, 9_000), false);
  });

  test('a leader that reads another name, or no lease at all, stops at once', () => {
    const leader: ElectionState = { role: 'leader', lease: lease({ holderIdentity: 'me' }), untilMs: 9_000 };
    assert.equal(read(leader, lease({ holderIdentity: 'other' }), 5_000).role, 'candidate');
    assert.equal(read(leader, undefined, 5_000).role, 'candidate');
  });

  test('a renewal keeps the time of the acquisition and the number of transitions', () => {
    const leader: ElectionState = { role: 'leader', lease: lease({ holderIdentity: 'me' }), untilMs: 9_000 };
    const next = move(leader, 2_000);
    assert.deepEqual(next.type === 'update' && next.spec, {
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireMs: 500,
      renewMs: 77_000,
      leaseTransitions: 3,
    });
  });
});
