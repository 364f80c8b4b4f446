import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Lease, leaseResource } from '../../shared/api/lease.ts';
import { Membership, renewIntervalMs } from './membership.ts';

const seconds = 1000;

/** What one node sees on its watch, on a virtual clock: each speaker renews every 5 s unless it is told otherwise. */
class Watch {
  readonly membership = new Membership('self');
  nowMs = 0;
  #version = 0;
  readonly #renewsAtMs = new Map<string, number>();
  serverAway = false;

  start(...nodes: readonly string[]): void {
    for (const node of nodes) this.#renewsAtMs.set(node, this.nowMs);
  }

  crash(node: string): void {
    this.#renewsAtMs.delete(node);
  }

  lease(node: string, annotations: Record<string, string> = { 'herald/port': '7946' }): Lease {
    this.#version += 1;
    return leaseResource.parse({
      metadata: { name: `speaker-${node}`, resourceVersion: String(this.#version), annotations },
      spec: { holderIdentity: node, leaseDurationSeconds: 15 },
    });
  }

  /** Lets time pass; what falls due is renewed and seen at once, or lost while the server is away. */
  pass(durationMs: number): void {
    const untilMs = this.nowMs + durationMs;
    for (; this.nowMs <= untilMs; this.nowMs += 500) {
      for (const [node, atMs] of this.#renewsAtMs) {
        if (atMs > this.nowMs) continue;
        // A failed renewal is tried again after a second.
        this.#renewsAtMs.set(node, this.nowMs + (this.serverAway ? 1 : 5) * seconds);
        if (!this.serverAway) this.membership.see(this.lease(node), this.nowMs);
      }
      this.live();
    }
  }

  live(): readonly string[] {
    return [...this.membership.live(this.nowMs).keys()].sort();
  }
}

describe('membership', () => {
  test('a speaker is a member as soon as its Lease is seen', () => {
    const watch = new Watch();
    watch.membership.see(watch.lease('a'), 0);
    assert.deepEqual(watch.live(), ['a']);
  });

  test('a speaker that crashed is none 15 s after its last renewal', () => {
    const watch = new Watch();
    watch.start('a', 'b');
    watch.pass(20 * seconds);
    watch.crash('b');
    watch.pass(9 * seconds);
    assert.deepEqual(watch.live(), ['a', 'b']);
    watch.pass(7 * seconds);
    assert.deepEqual(watch.live(), ['a']);
  });

  for (const leaseDurationSeconds of [0, 1]) {
    test(`a Lease of ${leaseDurationSeconds} s, which no speaker wrote, keeps the others' from running out no more than its own`, () => {
      const watch = new Watch();
      watch.start('a', 'b', 'c');
      watch.membership.see({ ...watch.lease('by-hand'), leaseDurationSeconds }, 0);
      watch.pass(5 * seconds);
      watch.crash('b');
      watch.pass(16 * seconds);
      assert.deepEqual(watch.live(), ['a', 'c']);
    });
  }

  test('a Lease that is deleted ends the membership at once', () => {
    const watch = new Watch();
    watch.start('a', 'b');
    watch.pass(1 * seconds);
    watch.membership.drop(watch.lease('b'));
    assert.deepEqual(watch.live(), ['a']);
  });

  test('a Lease that lost its holder ends the membership, until its speaker writes it again', () => {
    const watch = new Watch();
    watch.start('a', 'b');
    watch.pass(1 * seconds);
    watch.membership.see({ ...watch.lease('b'), holderIdentity: undefined }, watch.nowMs);
    assert.deepEqual(watch.live(), ['a']);
    watch.membership.see(watch.lease('b'), watch.nowMs);
    assert.deepEqual(watch.live(), ['a', 'b']);
  });

  test('an expired Lease is told in the version that was last seen, until it is released', () => {
    const watch = new Watch();
    watch.start('a');
    watch.membership.see(watch.lease('b'), 0);
    watch.pass(10 * seconds);
    assert.deepEqual(watch.membership.expired, []);
    watch.pass(10 * seconds);
    assert.deepEqual(watch.membership.expired, [{ node: 'b', resourceVersion: '1' }]);
    watch.membership.see({ ...watch.lease('b'), holderIdentity: undefined }, watch.nowMs);
    assert.deepEqual(watch.membership.expired, []);
  });

  test('five minutes without the API server change nothing, nor does its return', () => {
    const watch = new Watch();
    watch.start('a', 'b', 'c');
    watch.pass(30 * seconds);
    watch.serverAway = true;
    for (let step = 0; step < 300; step += 1) {
      watch.pass(1 * seconds);
      assert.deepEqual(watch.live(), ['a', 'b', 'c']);
    }
    watch.serverAway = false;
    for (let step = 0; step < 60; step += 1) {
      watch.pass(1 * seconds);
      assert.deepEqual(watch.live(), ['a', 'b', 'c']);
    }
  });

  test('who died during the absence is found out a lease duration after it', () => {
    const watch = new Watch();
    watch.start('a', 'b');
    watch.pass(30 * seconds);
    watch.serverAway = true;
    watch.pass(60 * seconds);
    watch.crash('b');
    watch.pass(240 * seconds);
    watch.serverAway = false;
    watch.pass(10 * seconds);
    assert.deepEqual(watch.live(), ['a', 'b']);
    watch.pass(10 * seconds);
    assert.deepEqual(watch.live(), ['a']);
  });

  test('who was dead before the absence stays dead through it', () => {
    const watch = new Watch();
    watch.start('a', 'b');
    watch.pass(5 * seconds);
    watch.crash('b');
    watch.pass(30 * seconds);
    watch.serverAway = true;
    watch.pass(300 * seconds);
    assert.deepEqual(watch.live(), ['a']);
  });

  test('a speaker that alone cannot renew finds itself expired, as the others do', () => {
    const watch = new Watch();
    watch.start('self', 'b');
    watch.pass(20 * seconds);
    watch.crash('self');
    watch.pass(16 * seconds);
    assert.deepEqual(watch.live(), ['b']);
  });

  test('a speaker that alone cannot renew, and hears others, stays a member for itself as it does for them', () => {
    const watch = new Watch();
    watch.start('self', 'b');
    watch.pass(20 * seconds);
    watch.membership.setHeard('b', true);
    watch.crash('self');
    watch.pass(20 * seconds);
    assert.equal(watch.membership.live(watch.nowMs).get('self')?.leaseExpired, true);
    watch.membership.setHeard('b', false);
    assert.deepEqual(watch.live(), ['b']);
  });

  test('a speaker that comes back is a member again', () => {
    const watch = new Watch();
    watch.start('a', 'b');
    watch.crash('b');
    watch.pass(30 * seconds);
    watch.start('b');
    watch.pass(1 * seconds);
    assert.deepEqual(watch.live(), ['a', 'b']);
  });

  test('a list that shows the same Lease again is no renewal', () => {
    const watch = new Watch();
    watch.start('a');
    const stale = watch.lease('b');
    for (let step = 0; step < 20; step += 1) {
      watch.membership.see(stale, watch.nowMs);
      watch.pass(1 * seconds);
    }
    assert.deepEqual(watch.live(), ['a']);
  });

  test('renewals alone leave the members the very same object; new facts do not', () => {
    const watch = new Watch();
    watch.membership.see(watch.lease('a', { 'herald/address': '192.168.1.1' }), 0);
    const before = watch.membership.live(0);
    watch.membership.see(watch.lease('a', { 'herald/address': '192.168.1.1' }), 5 * seconds);
    assert.equal(watch.membership.live(5 * seconds), before);
    watch.membership.see(watch.lease('a', { 'herald/address': '192.168.1.1', 'herald/leave': 'true' }), 6 * seconds);
    assert.equal(watch.membership.live(6 * seconds).get('a')?.leaving, true);
  });

  test('who is heard stays a member, and its Lease is left to it; who falls silent then is none', () => {
    const watch = new Watch();
    watch.start('a', 'b');
    watch.pass(20 * seconds);
    watch.membership.setHeard('b', true);
    watch.crash('b');
    watch.pass(30 * seconds);
    assert.deepEqual(watch.live(), ['a', 'b']);
    assert.equal(watch.membership.live(watch.nowMs).get('b')?.leaseExpired, true);
    assert.deepEqual(watch.membership.expired, []);
    watch.membership.setHeard('b', false);
    assert.deepEqual(watch.live(), ['a']);
    assert.deepEqual(
      watch.membership.expired.map(({ node }) => node),
      ['b'],
    );
  });

  test('who is heard stays a member also where others, who do not hear it, have released its Lease', () => {
    const watch = new Watch();
    watch.start('a');
    watch.pass(1 * seconds);
    watch.membership.see(watch.lease('b'), 0);
    watch.membership.setHeard('b', true);
    watch.membership.see({ ...watch.lease('b'), holderIdentity: undefined }, watch.nowMs);
    assert.equal(watch.membership.live(watch.nowMs).get('b')?.leaseExpired, true);
    assert.deepEqual(watch.membership.expired, []);
    watch.membership.setHeard('b', false);
    assert.deepEqual(watch.live(), ['a']);
    assert.deepEqual(watch.membership.expired, []);
    assert.equal(watch.membership.size, 1);
  });

  test('who renews again after it was only heard is a member like any other', () => {
    const watch = new Watch();
    watch.start('a', 'b');
    watch.membership.setHeard('b', true);
    watch.pass(20 * seconds);
    watch.crash('b');
    watch.pass(30 * seconds);
    watch.start('b');
    watch.pass(1 * seconds);
    assert.equal(watch.membership.live(watch.nowMs).get('b')?.leaseExpired, false);
  });

  test('who takes no part in pulses lives by its Lease alone', () => {
    const watch = new Watch();
    watch.start('a');
    watch.membership.see(watch.lease('b', { 'herald/port': '0' }), 0);
    watch.membership.setHeard('b', true);
    watch.pass(30 * seconds);
    assert.deepEqual(watch.live(), ['a']);
  });

  test('the members stay the same object while somebody is heard without a Lease', () => {
    const watch = new Watch();
    watch.start('a', 'b');
    watch.pass(5 * seconds);
    watch.membership.setHeard('b', true);
    watch.crash('b');
    watch.pass(30 * seconds);
    const before = watch.membership.live(watch.nowMs);
    watch.pass(10 * seconds);
    assert.equal(watch.membership.live(watch.nowMs), before);
  });

  test('who is heard stays a member also where somebody deletes its Lease, until it is silent or has another one', () => {
    const watch = new Watch();
    watch.start('a', 'b');
    watch.pass(1 * seconds);
    watch.membership.setHeard('a', true);
    watch.membership.setHeard('b', true);
    for (const node of ['a', 'b']) watch.membership.drop(watch.lease(node));
    for (const node of ['a', 'b']) assert.equal(watch.membership.live(watch.nowMs).get(node)?.leaseExpired, true);
    assert.deepEqual(watch.membership.expired, []);
    watch.membership.see(watch.lease('a'), watch.nowMs);
    assert.equal(watch.membership.live(watch.nowMs).get('a')?.leaseExpired, false);
    watch.membership.setHeard('b', false);
    assert.deepEqual(watch.live(), ['a']);
    assert.equal(watch.membership.size, 1);
  });

  test('a deleted Lease ends the membership at once of who has said that it leaves, heard or not', () => {
    const watch = new Watch();
    watch.start('a');
    watch.pass(1 * seconds);
    const leaving = watch.lease('b', { 'herald/port': '7946', 'herald/leave': 'true' });
    watch.membership.see(leaving, watch.nowMs);
    watch.membership.setHeard('b', true);
    watch.membership.drop(leaving);
    assert.deepEqual(watch.live(), ['a']);
  });

  for (const { others, heard, stays } of [
    { others: ['b'], heard: ['b'], stays: true },
    { others: ['b'], heard: [], stays: false },
    { others: [], heard: [], stays: true },
  ]) {
    test(`with ${others.length} others, ${heard.length} of them heard, this speaker ${stays ? 'stays a' : 'is no'} member for itself when its Lease is deleted`, () => {
      const watch = new Watch();
      watch.start('self', ...others);
      watch.pass(1 * seconds);
      for (const node of heard) watch.membership.setHeard(node, true);
      watch.membership.drop(watch.lease('self'));
      assert.equal(watch.live().includes('self'), stays);
    });
  }

  test('Leases of others than speakers play no part', () => {
    const membership = new Membership('self');
    membership.see(leaseResource.parse({ metadata: { name: 'herald-controller', resourceVersion: '1' } }), 0);
    assert.equal(membership.size, 0);
  });
});

describe('renewals', () => {
  for (const { speakers, intervalMs } of [
    { speakers: 1, intervalMs: 5_000 },
    { speakers: 100, intervalMs: 5_000 },
    { speakers: 101, intervalMs: 10_000 },
  ]) {
    test(`${speakers} speakers renew every ${intervalMs} ms`, () =>
      assert.equal(renewIntervalMs(speakers), intervalMs));
  }
});
