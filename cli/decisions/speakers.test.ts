import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseResource } from '../../shared/api/lease.ts';
import { clusterNowMs, type LeaseOf, leaseObject } from '../../test/support/cluster-objects.ts';
import { membersOf, type SpeakerState, speakersByLease } from './speakers.ts';

/** The states of these speakers; Leases last 15 s. */
function statesOf(leases: Readonly<Record<string, LeaseOf>>): Readonly<Record<string, SpeakerState>> {
  const speakers = speakersByLease(parsed(leases), clusterNowMs);
  return Object.fromEntries([...speakers].map(([node, { state }]) => [node, state]));
}

function parsed(leases: Readonly<Record<string, LeaseOf>>) {
  return Object.entries(leases).map(([node, lease]) => leaseResource.parse(leaseObject(node, lease)));
}

const cases: readonly {
  what: string;
  leases: Readonly<Record<string, LeaseOf>>;
  states: Readonly<Record<string, SpeakerState>>;
}[] = [
  { what: 'who renews is live', leases: { 'node-a': { agoMs: 14_000 } }, states: { 'node-a': 'live' } },
  {
    what: 'who says that it is about to stop is leaving',
    leases: { 'node-a': { facts: { leaving: true } } },
    states: { 'node-a': 'leaving' },
  },
  {
    what: 'who renews in the future has a clock that is ahead, and is live',
    leases: { 'node-a': { agoMs: -3_600_000 } },
    states: { 'node-a': 'live' },
  },
  {
    what: 'whose holder was taken out is gone',
    leases: { 'node-a': {}, 'node-b': { released: true } },
    states: { 'node-a': 'live', 'node-b': 'gone' },
  },
  {
    what: 'whose Lease has just run out is given up, until the others say otherwise',
    leases: { 'node-a': {}, 'node-b': { agoMs: 20_000 } },
    states: { 'node-a': 'live', 'node-b': 'expired' },
  },
  {
    what: 'whose Lease ran out long ago and was not released by the others is heard by them',
    leases: { 'node-a': {}, 'node-b': { agoMs: 60_000 } },
    states: { 'node-a': 'live', 'node-b': 'heard' },
  },
  {
    what: 'where nobody renews, nobody lives who could have released the others',
    leases: { 'node-a': { agoMs: 60_000 }, 'node-b': { agoMs: 90_000 } },
    states: { 'node-a': 'expired', 'node-b': 'expired' },
  },
];

for (const { what, leases, states } of cases) {
  test(what, () => assert.deepEqual(statesOf(leases), states));
}

test('members are those that live, those that are about to stop, and those that are heard', () => {
  const leases = parsed({
    'node-a': {},
    'node-b': { facts: { leaving: true } },
    'node-c': { agoMs: 60_000 },
    'node-d': { agoMs: 20_000 },
    'node-e': { released: true },
  });
  const members = membersOf(speakersByLease(leases, clusterNowMs));
  assert.deepEqual(
    [...members].map(([node, { leaseExpired }]) => [node, leaseExpired]),
    [
      ['node-a', false],
      ['node-b', false],
      ['node-c', true],
    ],
  );
});

test('Leases of others than speakers are none of ours', () => {
  const lease = leaseResource.parse({ metadata: { name: 'herald-controller' }, spec: { holderIdentity: 'x' } });
  assert.equal(speakersByLease([lease], clusterNowMs).size, 0);
});
