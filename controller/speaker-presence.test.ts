import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lease, leaseResource } from '../shared/api/lease.ts';
import { SpeakerPresence } from './speaker-presence.ts';

function lease(node: string, resourceVersion: string, holderIdentity = node): Lease {
  const metadata = { name: `speaker-${node}`, namespace: 'herald-system', resourceVersion };
  return leaseResource.parse({ metadata, spec: { holderIdentity, leaseDurationSeconds: 15 } });
}

test('without any Lease the speakers are gone, but not before they had time to start', () => {
  const presence = new SpeakerPresence(0);
  assert.equal(presence.allGone(29_999, 29_999), undefined);
  assert.equal(presence.allGone(30_000, 30_000), true);
});

test('a Lease lives for two of its durations after it was last seen to change', () => {
  const presence = new SpeakerPresence(0);
  presence.see(lease('a', '1'), 10_000);
  presence.see(lease('a', '2'), 20_000);
  presence.see(lease('a', '2'), 45_000);
  assert.equal(presence.allGone(49_999, 49_999), false);
  assert.equal(presence.allGone(50_000, 50_000), true);
});

test('one that lives is enough', () => {
  const presence = new SpeakerPresence(0);
  presence.see(lease('a', '1'), 0);
  presence.see(lease('b', '2'), 40_000);
  assert.equal(presence.allGone(60_000, 60_000), false);
});

test('a Lease that was deleted or given back counts no more', () => {
  const presence = new SpeakerPresence(0);
  presence.see(lease('a', '1'), 40_000);
  presence.see(lease('b', '2'), 40_000);
  presence.drop(lease('a', '1'));
  presence.see(lease('b', '3', ''), 41_000);
  assert.equal(presence.allGone(41_000, 41_000), true);
});

test('while the API server is not heard nobody is gone, and then everybody has time to come back', () => {
  const presence = new SpeakerPresence(0);
  presence.see(lease('a', '1'), 100_000);
  assert.equal(presence.allGone(119_999, 100_000), false);
  for (let nowMs = 120_000; nowMs <= 300_000; nowMs += 5_000) assert.equal(presence.allGone(nowMs, 100_000), undefined);
  assert.equal(presence.allGone(305_000, 304_000), undefined);
  assert.equal(presence.allGone(329_999, 329_000), undefined);
  assert.equal(presence.allGone(330_000, 329_000), true);
});
