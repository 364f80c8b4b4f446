import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import type { JsonObject } from '../shared/api/json.ts';
import { l2AdvertisementResource } from '../shared/api/l2-advertisement.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { planNamespace as namespace } from '../test/support/plan-inputs.ts';
import { SpeakersFixture } from '../test/support/speakers-fixture.ts';

let lan: SpeakersFixture;
beforeEach(async () => {
  lan = new SpeakersFixture();
  lan.service();
  lan.slice('web', ['node-a']);
  await lan.start('node-a', 'node-b', 'node-c');
  await lan.pass(5_000);
  lan.events.take();
  assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
});
afterEach(() => lan.stop());

function putPool(name: string, addresses: readonly string[]): void {
  lan.api.put(ipAddressPoolResource, { metadata: { name, namespace }, spec: { addresses } });
}

function putAdvertisement(spec: JsonObject): void {
  lan.api.put(l2AdvertisementResource, { metadata: { name: 'all', namespace }, spec });
}

/** Lets the time pass in small steps; returns how often the address had another owner than node-b. */
async function lapses(forMs: number): Promise<number> {
  let count = 0;
  for (let passedMs = 0; passedMs < forMs; passedMs += 20) {
    await lan.pass(20);
    if (lan.owners('10.0.0.1').join() !== 'node-b') count += 1;
  }
  return count;
}

test('a pool that is split object by object stays announced all the time', async () => {
  putPool('lan', ['10.0.0.128/25']);
  const before = await lapses(300);
  putPool('low', ['10.0.0.0/25']);
  assert.equal(before + (await lapses(3_000)), 0);
  assert.deepEqual(lan.events.take(), []);
});

test('a pool that is replaced by one of another name stays announced all the time', async () => {
  lan.api.remove(ipAddressPoolResource, { namespace, name: 'lan' });
  const before = await lapses(300);
  putPool('new', ['10.0.0.0/24']);
  assert.equal(before + (await lapses(3_000)), 0);
});

test('an advertisement that is written anew stays in force all the time', async () => {
  lan.api.remove(l2AdvertisementResource, { namespace, name: 'all' });
  const before = await lapses(300);
  putAdvertisement({ ipAddressPools: ['lan'] });
  assert.equal(before + (await lapses(3_000)), 0);
});

test('a configuration that has settled is obeyed', async () => {
  putAdvertisement({ nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'nowhere' } }] });
  await lan.pass(400);
  assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
  await lan.pass(200);
  assert.deepEqual(lan.owners('10.0.0.1'), []);
});

test('one that never comes to rest is obeyed after two seconds', async () => {
  putAdvertisement({ nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'nowhere' } }] });
  for (let passedMs = 0; passedMs < 2_100; passedMs += 300) {
    putPool('other', [`192.0.2.${passedMs / 100}`]);
    await lan.pass(300);
  }
  assert.deepEqual(lan.owners('10.0.0.1'), []);
});

describe('timers that fire a moment before their time', () => {
  for (const earlyMs of [0.1, 0.5, 0.999]) {
    test(`${earlyMs} ms before: a configuration that has settled is obeyed all the same`, async () => {
      const clock = new FakeClock({ earlyMs });
      const other = new SpeakersFixture(clock);
      other.service();
      other.slice('web', ['node-a']);
      await other.start('node-a');
      await other.pass(5_000);
      assert.deepEqual(other.owners('10.0.0.1'), ['node-a']);
      const spec = { nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'nowhere' } }] };
      other.api.put(l2AdvertisementResource, { metadata: { name: 'all', namespace }, spec });
      await other.pass(600);
      assert.deepEqual(other.owners('10.0.0.1'), []);
      await other.stop();
    });
  }
});
