import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { configurationStateResource } from '../../shared/api/configuration-state.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import { readObject } from '../../shared/api/json.ts';
import { nodeResource } from '../../shared/api/node.ts';
import { planNamespace } from '../../test/support/plan-inputs.ts';
import { SpeakersFixture } from '../../test/support/speakers-fixture.ts';

let cluster: SpeakersFixture;
beforeEach(() => {
  cluster = new SpeakersFixture();
});
afterEach(() => cluster.stop());

/** `speaker-node-a Valid`, of all. */
function states(): readonly string[] {
  return cluster.api
    .all(configurationStateResource)
    .map((json) => configurationStateResource.parse(json))
    .map(({ meta, result }) => `${meta.name} ${result}`)
    .sort();
}

test('each speaker says what it thinks of the configuration', async () => {
  await cluster.start('node-a', 'node-b');
  await cluster.pass(10_000);
  assert.deepEqual(states(), ['speaker-node-a Valid', 'speaker-node-b Valid']);
  cluster.api.put(ipAddressPoolResource, {
    metadata: { name: 'bad', namespace: planNamespace },
    spec: { addresses: ['10.0.0.300'] },
  });
  await cluster.pass(10_000);
  assert.deepEqual(states(), ['speaker-node-a Invalid', 'speaker-node-b Invalid']);
});

test('it bears MetalLB’s labels, and goes with its node', async () => {
  await cluster.start('node-a');
  await cluster.pass(10_000);
  const name = { namespace: planNamespace, name: 'speaker-node-a' };
  const metadata = readObject(cluster.api.stored(configurationStateResource, name) ?? {}, 'metadata');
  assert.deepEqual(metadata['labels'], { 'metallb.io/component-type': 'speaker', 'metallb.io/node-name': 'node-a' });
  const { uid } = nodeResource.parse(cluster.api.stored(nodeResource, { namespace: '', name: 'node-a' })).meta;
  assert.notEqual(uid, '');
  assert.deepEqual(metadata['ownerReferences'], [{ apiVersion: 'v1', kind: 'Node', name: 'node-a', uid }]);
});
