import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PulseKeySet } from './pulse-key-set.ts';

const a = new Uint8Array(32).fill(0xa);
const b = new Uint8Array(32).fill(0xb);
const c = new Uint8Array(32).fill(0xc);
const names = new Map([
  [0xa, 'a'],
  [0xb, 'b'],
  [0xc, 'c'],
]);

function nameOf(key: Uint8Array | undefined): string {
  return names.get(key?.[0] ?? 0) ?? 'none';
}

/** `sends a, accepts a b`. */
function at(set: PulseKeySet, nowMs: number): string {
  const { send, accept } = set.held(nowMs);
  return `sends ${nameOf(send)}, accepts ${accept.map(nameOf).sort().join(' ')}`;
}

const none = { next: undefined, previous: undefined };

test('without a Secret there is no key', () => {
  const set = new PulseKeySet();
  assert.equal(at(set, 0), 'sends none, accepts ');
  assert.equal(set.nextDeadlineMs(), Number.POSITIVE_INFINITY);
});

test('the first key is used at once', () => {
  const set = new PulseKeySet();
  set.read({ ...none, current: a }, 1_000);
  assert.equal(at(set, 1_000), 'sends a, accepts a');
  assert.equal(set.nextDeadlineMs(), Number.POSITIVE_INFINITY);
});

test('in a rotation both keys are accepted all the time, and the new one is sent when it has been known for 5 s', () => {
  const set = new PulseKeySet();
  set.read({ ...none, current: a }, 0);
  at(set, 0);
  set.read({ current: a, next: b, previous: undefined }, 10_000);
  assert.equal(at(set, 10_000), 'sends a, accepts a b');
  set.read({ current: b, next: undefined, previous: a }, 11_000);
  assert.equal(at(set, 11_000), 'sends a, accepts a b');
  assert.equal(set.nextDeadlineMs(), 15_000);
  assert.equal(at(set, 14_999), 'sends a, accepts a b');
  assert.equal(at(set, 15_000), 'sends b, accepts a b');
  set.read({ ...none, current: b }, 71_000);
  assert.equal(at(set, 71_000), 'sends b, accepts a b');
  assert.equal(set.nextDeadlineMs(), 81_000);
  assert.equal(at(set, 81_000), 'sends b, accepts b');
  assert.equal(set.nextDeadlineMs(), Number.POSITIVE_INFINITY);
});

test('a Secret that was replaced by hand leaves the same time to those that see it later', () => {
  const set = new PulseKeySet();
  set.read({ ...none, current: a }, 0);
  at(set, 0);
  set.read({ ...none, current: c }, 60_000);
  assert.equal(at(set, 60_000), 'sends a, accepts a c');
  assert.equal(set.nextDeadlineMs(), 65_000);
  assert.equal(at(set, 65_000), 'sends c, accepts a c');
  assert.equal(at(set, 70_000), 'sends c, accepts c');
});

test('a key that comes back stays', () => {
  const set = new PulseKeySet();
  set.read({ ...none, current: a }, 0);
  at(set, 0);
  set.read({ ...none, current: b }, 60_000);
  set.read({ ...none, current: a }, 61_000);
  assert.equal(at(set, 90_000), 'sends a, accepts a');
});
