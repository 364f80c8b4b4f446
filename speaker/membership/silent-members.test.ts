import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemberFacts } from './membership.ts';
import { SilentMembers } from './silent-members.ts';

const facts: MemberFacts = {
  address: '192.0.2.12',
  port: 7946,
  incarnation: 'c0ffee',
  macs: [],
  interfaces: [],
  kubeProxyUnhealthy: false,
  keys: [],
  leaving: false,
  leaseExpired: false,
};

function nodes(silent: SilentMembers): readonly string[] {
  return [...silent.all.keys()];
}

test('who ceases to be a member is listened to, without a Lease, for ten minutes', () => {
  const silent = new SilentMembers();
  silent.add('b', facts, 1000);
  assert.deepEqual(silent.all.get('b'), { ...facts, leaseExpired: true });
  assert.equal(silent.expire(600_999), false);
  assert.deepEqual(nodes(silent), ['b']);
  assert.equal(silent.expire(601_000), true);
  assert.deepEqual(nodes(silent), []);
});

test('who is a member again, or took its Lease away, is none of them', () => {
  const silent = new SilentMembers();
  silent.add('b', facts, 0);
  assert.equal(silent.remove('b'), true);
  assert.equal(silent.remove('b'), false);
  assert.deepEqual(nodes(silent), []);
});

test('who takes no part in pulses says nothing anyway', () => {
  const silent = new SilentMembers();
  silent.add('b', { ...facts, port: 0 }, 0);
  assert.deepEqual(nodes(silent), []);
});
