import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { bgpPeerResource } from '../shared/api/bgp-peer.ts';
import { configurationStateResource } from '../shared/api/configuration-state.ts';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { nodeResource } from '../shared/api/node.ts';
import { secretResource } from '../shared/api/secret.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { ControllerFixture, namespace } from '../test/support/controller-fixture.ts';

let herald: ControllerFixture;
beforeEach(() => {
  herald = new ControllerFixture();
});
afterEach(() => herald.stop());

function reported(): { readonly result: string; readonly errorSummary: string; readonly inForce: string } {
  const state = configurationStateResource.parse(
    herald.api.stored(configurationStateResource, { namespace, name: 'controller' }),
  );
  const [condition] = state.conditions;
  return {
    result: state.result,
    errorSummary: state.errorSummary,
    inForce: `${condition?.status} ${condition?.reason}`,
  };
}

test('a sound configuration is Valid', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  await herald.start();
  await herald.pass();
  assert.deepEqual(reported(), { result: 'Valid', errorSummary: '', inForce: 'True newest' });
  assert.match(await herald.registry.metrics(), /herald_config_findings\{severity="error"\} 0/);
});

test('a pool that can not be read is named in an event, once, also across restarts', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  herald.pool('b', { addresses: ['10.0.0.300'] });
  await herald.start();
  await herald.pass(2_000);
  const [event, ...others] = herald.events.take();
  assert.match(
    event ?? '',
    /^Warning ConfigInvalid herald-system\/b: IPAddressPool herald-system\/b: spec\.addresses\[0\]: .*10\.0\.0\.300/,
  );
  assert.deepEqual(others, []);
  const { result, errorSummary } = reported();
  assert.equal(result, 'Invalid');
  assert.match(errorSummary, /^IPAddressPool herald-system\/b: spec\.addresses\[0\]: /);
  assert.match(await herald.registry.metrics(), /herald_config_findings\{severity="error"\} 1/);

  await herald.stop();
  await herald.start();
  await herald.pass(2_000);
  assert.deepEqual(herald.events.take(), []);
  // The log of each process names it.
  assert.equal(herald.log.events.filter((event) => event === 'configuration-finding').length, 2);
});

test('an object in another namespace is named in the log, and makes nothing Invalid', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  const metadata = { name: 'b', namespace: 'default', generation: 1 };
  herald.api.put(ipAddressPoolResource, { metadata, spec: { addresses: ['10.0.0.0/30'] } });
  await herald.start();
  await herald.pass(2_000);
  assert.deepEqual(herald.events.take(), []);
  assert.deepEqual(reported(), { result: 'Valid', errorSummary: '', inForce: 'True newest' });
  const [line, ...others] = herald.log.lines.filter(({ event }) => event === 'configuration-finding');
  assert.deepEqual(others, []);
  assert.deepEqual(
    [line?.fields['kind'], line?.fields['namespace'], line?.fields['name']],
    ['IPAddressPool', 'default', 'b'],
  );
  assert.match(await herald.registry.metrics(), /herald_config_findings\{severity="notice"\} 1/);
});

test('a ConfigMap beside IPAddressPools gets a Warning, once, and makes nothing Invalid', async () => {
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  herald.configMap('address-pools: []');
  for (const expected of [1, 0]) {
    await herald.start();
    await herald.pass(2_000);
    const events = herald.events.take();
    assert.equal(events.length, expected);
    for (const event of events)
      assert.match(event, /^Warning ConfigInvalid herald-system\/config: .*IPAddressPools exist/);
    assert.equal(reported().result, 'Valid');
    await herald.stop();
  }
});

const crossObject: readonly [string, () => void, RegExp][] = [
  [
    'a pool that overlaps another',
    () => {
      herald.pool('a', { addresses: ['10.0.0.0/30'] });
      herald.pool('b', { addresses: ['10.0.0.0/30'] });
    },
    /^Warning ConfigInvalid herald-system\/b: .*overlaps/,
  ],
  [
    'an advertisement of a pool that does not exist',
    () => herald.advertisement('gone', { ipAddressPools: ['nowhere'] }),
    /^Warning ConfigInvalid herald-system\/gone: .*there is no IPAddressPool "nowhere"/,
  ],
  [
    'a pool that no advertisement selects',
    () => {
      herald.pool('a', { addresses: ['10.0.0.0/30'] });
      herald.advertisement('all', { ipAddressPoolSelectors: [{ matchLabels: { no: 'pool' } }] });
    },
    /^Warning ConfigInvalid herald-system\/a: .*no L2Advertisement selects "a"/,
  ],
  [
    'a selector that matches no node',
    () => {
      herald.api.put(nodeResource, { metadata: { name: 'node-a' } });
      herald.pool('a', { addresses: ['10.0.0.0/30'] });
      herald.advertisement('all', { nodeSelectors: [{ matchLabels: { rack: 'z' } }] });
    },
    /^Warning ConfigInvalid herald-system\/all: .*"rack=z" matches no node/,
  ],
];
for (const [what, apply, expected] of crossObject) {
  test(`${what} gets a Warning, and the state is Invalid`, async () => {
    apply();
    await herald.start();
    await herald.pass(2_000);
    const events = herald.events.take();
    assert.ok(
      events.some((event) => expected.test(event)),
      events.join('\n'),
    );
    assert.equal(reported().result, 'Invalid');
  });
}

test('a BGPPeer that refers to what does not exist gets a Warning, until it is there', async () => {
  const metadata = { name: 'router', namespace, generation: 1 };
  const secret = { name: 'password', namespace: namespace };
  const spec = { myASN: 64_500, peerASN: 64_501, peerAddress: '10.9.0.1', passwordSecret: { name: 'password' } };
  herald.api.put(bgpPeerResource, { metadata, spec });
  herald.api.put(secretResource, { metadata: secret, type: 'Opaque', data: { password: 'eA==' } });
  await herald.start();
  await herald.pass(2_000);
  const [event, ...others] = herald.events.take();
  assert.match(event ?? '', /^Warning ConfigInvalid herald-system\/router: .*there is no Secret "password" of type/);
  assert.deepEqual(others, []);
  assert.equal(reported().result, 'Invalid');
  herald.api.put(secretResource, { metadata: secret, type: 'kubernetes.io/basic-auth', data: { password: 'eA==' } });
  await herald.pass(2_000);
  assert.equal(reported().result, 'Valid');
});

test('what is mended within a second is not told', async () => {
  await herald.start();
  await herald.pass();
  herald.pool('b', { addresses: ['10.0.0.300'] });
  await herald.pass(500);
  herald.pool('b', { addresses: ['10.0.0.30'] });
  await herald.pass(2_000);
  assert.deepEqual(herald.events.take(), []);
  assert.equal(reported().result, 'Valid');
});

test('a ConfigMap that can not be used at all says what is in force instead', async () => {
  herald.configMap('address-pools: []');
  await herald.start();
  await herald.pass(2_000);
  herald.configMap('address-pool: []');
  await herald.pass(2_000);
  const { result, errorSummary, inForce } = reported();
  assert.equal(result, 'Invalid');
  assert.match(errorSummary, /^ConfigMap herald-system\/config: .*address-pool.*line 1/);
  assert.equal(inForce, 'False lastGood');
});

test('an API server that is away does not lose the report', async () => {
  herald.api.fail('patch', new ApiError('Unreachable', 'away', {}), { plural: 'configurationstates', times: 3 });
  herald.pool('a', { addresses: ['10.0.0.0/30'] });
  await herald.start();
  await herald.pass(30_000);
  assert.equal(reported().result, 'Valid');
});
