import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { configMapResource } from '../shared/api/config-map.ts';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import type { JsonObject } from '../shared/api/json.ts';
import { l2AdvertisementResource } from '../shared/api/l2-advertisement.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { planNamespace as namespace } from '../test/support/plan-inputs.ts';
import { SpeakersFixture } from '../test/support/speakers-fixture.ts';

const nodes = ['node-a', 'node-b', 'node-c'];
const pools = 'ipaddresspools';
const advertisements = 'l2advertisements';

let lan: SpeakersFixture;
beforeEach(async () => {
  lan = new SpeakersFixture();
  lan.service();
  lan.slice('web', ['node-a']);
  await lan.start(...nodes);
  await lan.pass(5_000);
  lan.events.take();
  assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
});
afterEach(() => lan.stop());

const putPool = (name: string, addresses: readonly string[]): void =>
  void lan.api.put(ipAddressPoolResource, { metadata: { name, namespace }, spec: { addresses } });
const putAdvertisement = (name: string, spec: JsonObject = {}): void =>
  void lan.api.put(l2AdvertisementResource, { metadata: { name, namespace }, spec });
const removePool = (name: string) => lan.api.remove(ipAddressPoolResource, { namespace, name });
const removeAdvertisement = (name: string) => lan.api.remove(l2AdvertisementResource, { namespace, name });

/** The definitions of these kinds go, after all objects of them. */
function removeDefinitions(...plurals: readonly string[]): void {
  if (plurals.includes(pools)) removePool('lan');
  if (plurals.includes(advertisements)) removeAdvertisement('all');
  const notFound = new ApiError('NotFound', 'the server could not find the requested resource', { status: 404 });
  for (const node of nodes) {
    const { client } = lan.speaker(node);
    for (const plural of plurals) client.fail('list', notFound, { plural, times: Number.POSITIVE_INFINITY });
  }
}

function restoreDefinitions(): void {
  for (const node of nodes) lan.speaker(node).client.heal();
}

/** Lets the time pass in small steps; returns how often the address had another owner than node-b. */
async function lapses(forMs: number): Promise<number> {
  let count = 0;
  for (let passedMs = 0; passedMs < forMs; passedMs += 100) {
    await lan.pass(100);
    if (lan.owners('10.0.0.1').join() !== 'node-b') count += 1;
  }
  return count;
}

const told = (): readonly string[] => lan.log.events.filter((event) => event.startsWith('definitions-'));

describe('while definitions are gone, and every object with them', () => {
  for (const plurals of [[pools, advertisements], [pools], [advertisements]]) {
    test(`what is announced stays so: ${plurals.join(' and ')}`, async () => {
      removeDefinitions(...plurals);
      assert.equal(await lapses(60_000), 0);
      assert.deepEqual(lan.events.take(), []);
      assert.deepEqual(told(), ['definitions-not-served', 'definitions-not-served', 'definitions-not-served']);
    });
  }

  test('also where one goes long after the other', async () => {
    removeDefinitions(advertisements);
    assert.equal(await lapses(20_000), 0);
    removeDefinitions(pools);
    assert.equal(await lapses(20_000), 0);
  });

  test('another node takes over as ever', async () => {
    removeDefinitions(pools, advertisements);
    await lan.pass(20_000);
    await lan.speaker('node-b').stop();
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-a']);
  });
});

describe('once they are back', () => {
  beforeEach(async () => {
    removeDefinitions(pools, advertisements);
    await lan.pass(20_000);
    restoreDefinitions();
  });

  test('objects have more than a minute to come back, one after the other', async () => {
    assert.equal(await lapses(30_000), 0);
    putAdvertisement('all');
    assert.equal(await lapses(10_000), 0);
    putPool('other', ['192.0.2.0/24']);
    assert.equal(await lapses(10_000), 0);
    putPool('lan', ['10.0.0.0/24']);
    assert.equal(await lapses(120_000), 0);
    assert.deepEqual(lan.events.take(), []);
  });

  test('a pool may come back under another name', async () => {
    putPool('renamed', ['10.0.0.0/8', '2001:db8::/64']);
    assert.equal(await lapses(5_000), 0);
    putAdvertisement('all', { ipAddressPools: ['renamed'] });
    assert.equal(await lapses(120_000), 0);
  });

  test('a pool may come back in parts', async () => {
    putPool('low', ['10.0.0.128/25']);
    assert.equal(await lapses(5_000), 0);
    putAdvertisement('all');
    assert.equal(await lapses(5_000), 0);
    putPool('high', ['10.0.0.0/25']);
    assert.equal(await lapses(120_000), 0);
  });

  test('what is deleted after it came back is gone', async () => {
    putPool('lan', ['10.0.0.0/24']);
    putAdvertisement('all');
    putAdvertisement('other');
    await lan.pass(10_000);
    putAdvertisement('third');
    removeAdvertisement('all');
    removeAdvertisement('other');
    await lan.pass(1_000);
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
    removePool('lan');
    putPool('other', ['192.0.2.0/24']);
    await lan.pass(1_000);
    assert.deepEqual(lan.owners('10.0.0.1'), []);
  });

  test('what does not come back is obeyed in the end', async () => {
    assert.equal(await lapses(60_000), 0);
    await lan.pass(20_000);
    assert.deepEqual(lan.owners('10.0.0.1'), []);
    putPool('lan', ['10.0.0.0/24']);
    putAdvertisement('all');
    await lan.pass(1_000);
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
  });
});

describe('where the definitions are there', () => {
  test('the last advertisement that is deleted is obeyed within two seconds', async () => {
    removeAdvertisement('all');
    await lan.pass(2_000);
    assert.deepEqual(lan.owners('10.0.0.1'), []);
    assert.deepEqual(told(), []);
  });

  test('those that another one replaces are obeyed as any other change', async () => {
    putAdvertisement('other');
    await lan.pass(1_000);
    removeAdvertisement('other');
    removeAdvertisement('all');
    putAdvertisement('nowhere', { nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'nowhere' } }] });
    await lan.pass(600);
    assert.deepEqual(lan.owners('10.0.0.1'), []);
  });

  test('the ConfigMap that replaces all of them is obeyed at once', async () => {
    removePool('lan');
    removeAdvertisement('all');
    const config = 'address-pools: [{ name: other, protocol: layer2, addresses: [192.0.2.0/24] }]';
    lan.api.put(configMapResource, { metadata: { name: 'config', namespace }, data: { config } });
    await lan.pass(600);
    assert.deepEqual(lan.owners('10.0.0.1'), []);
  });
});
