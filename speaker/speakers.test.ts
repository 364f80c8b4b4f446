import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { configMapResource } from '../shared/api/config-map.ts';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { l2AdvertisementResource } from '../shared/api/l2-advertisement.ts';
import { leaseResource } from '../shared/api/lease.ts';
import { serviceResource } from '../shared/api/service.ts';
import { serviceL2StatusResource } from '../shared/api/service-l2-status.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { eth0 } from '../test/support/links.ts';
import { SpeakersFixture } from '../test/support/speakers-fixture.ts';

let lan: SpeakersFixture;
beforeEach(() => {
  lan = new SpeakersFixture();
});
afterEach(() => lan.stop());

const abc = ['node-a', 'node-b', 'node-c'];
const seconds = 1_000;
const assigned = (name: string, node: string) =>
  `Normal nodeAssigned shop/${name}: announcing from node "${node}" with protocol "layer2"`;
const reported = (name: string) => lan.condition(name);

describe('three speakers', () => {
  beforeEach(async () => {
    lan.service();
    lan.slice('web', ['node-a']);
    await lan.start(...abc);
  });

  test('agree on one owner, which alone says so', async () => {
    await lan.pass();
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
    assert.deepEqual(lan.l2Statuses(), ['shop/web on node-b: eth0']);
    assert.equal(reported('web'), 'True owner: announced from node node-b on eth0');
    assert.equal(lan.events.take().filter((event) => event.includes('node-b')).length, 1);
  });

  test('say nothing twice: a minute later nothing was written but Leases', async () => {
    await lan.pass(10 * seconds);
    lan.events.take();
    for (const node of abc) lan.speaker(node).client.calls.length = 0;
    await lan.pass(60 * seconds);
    const writes = abc.flatMap((node) =>
      lan.speaker(node).client.calls.filter(({ method, plural }) => method !== 'watch' && plural !== 'leases'),
    );
    assert.deepEqual(
      writes.filter(({ method }) => method !== 'list'),
      [],
    );
    assert.deepEqual(lan.events.take(), []);
  });

  test('say once that nothing can be written, however many Services there are, and once that it can be again', async () => {
    await lan.pass(5 * seconds);
    const refused = new ApiError('Forbidden', 'no', { status: 403 });
    const always = { plural: 'servicel2statuses', times: Number.POSITIVE_INFINITY };
    lan.speaker('node-b').client.fail('create', refused, always);
    // node-b owns both.
    for (const [name, ip] of Object.entries({ two: '10.0.0.2', four: '10.0.0.4' })) {
      lan.service({ name, ips: [ip] });
      lan.slice(name, ['node-a']);
    }
    await lan.pass(30 * seconds);
    assert.deepEqual(
      lan.log.events.filter((event) => event.startsWith('status-')),
      ['status-write-failed'],
    );
    lan.setServerAway(false);
    await lan.pass(15 * seconds);
    assert.equal(lan.l2Statuses().length, 3);
    assert.deepEqual(
      lan.log.events.filter((event) => event.startsWith('status-')),
      ['status-write-failed', 'status-written-again'],
    );
  });

  test('hand over when the owner is asked to end, and its Lease is gone', async () => {
    await lan.pass(5 * seconds);
    lan.events.take();
    const stopped = lan.speaker('node-b').stop();
    await stopped;
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-a']);
    assert.deepEqual(lan.l2Statuses(), ['shop/web on node-a: eth0']);
    assert.equal(reported('web'), 'True owner: announced from node node-a on eth0');
    assert.deepEqual(lan.events.take(), [assigned('web', 'node-a')]);
    assert.equal(lan.api.stored(leaseResource, { namespace: 'herald-system', name: 'speaker-node-b' }), undefined);
  });

  test('the owner says since when it is one, for as long as it is', async () => {
    await lan.pass(5 * seconds);
    const since = lan.ownerSince();
    assert.equal(since, '2026-01-01T00:00:00.000Z');
    await lan.pass(60 * seconds);
    assert.equal(lan.ownerSince(), since);
    await lan.speaker('node-b').stop();
    assert.equal(lan.ownerSince(), '2026-01-01T00:01:06.000Z');
  });

  test('the successor owns the address before the leaver’s Lease is gone', async () => {
    await lan.pass(5 * seconds);
    const stopped = lan.speaker('node-b').stop();
    await lan.clock.advance(300);
    assert.ok(lan.owners('10.0.0.1').includes('node-a'));
    assert.ok(lan.owners('10.0.0.1').includes('node-b'), 'the leaver still answers');
    assert.notEqual(lan.api.stored(leaseResource, { namespace: 'herald-system', name: 'speaker-node-b' }), undefined);
    await stopped;
  });

  test('replace an owner that crashed once its Lease has run out', async () => {
    await lan.pass(5 * seconds);
    await lan.speaker('node-b').crash();
    assert.deepEqual(lan.owners('10.0.0.1'), []);
    await lan.pass(12 * seconds);
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-a']);
    const left = lan.log.lines.filter(({ event }) => event === 'member-left').map(({ fields }) => fields);
    assert.deepEqual(left[0], { node: 'node-b', why: 'its Lease ran out' });
  });

  test('a speaker that starts while another node lies dead does not wait for the dead one', async () => {
    await lan.pass(5 * seconds);
    await lan.speaker('node-b').crash();
    await lan.pass(60 * seconds);
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-a']);
    await lan.speaker('node-a').stop();
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-c']);
    await lan.start('node-a');
    for (let step = 0; step < 60; step += 1) {
      assert.deepEqual(lan.owners('10.0.0.1'), ['node-a']);
      await lan.pass(500);
    }
  });

  test('the datapath goes on listening to a node that fell silent, but not to one that left', async () => {
    const expired = () => lan.speaker('node-c').datapath.table?.members.filter(({ leaseExpired }) => leaseExpired);
    await lan.pass(5 * seconds);
    await lan.speaker('node-b').crash();
    await lan.speaker('node-a').stop();
    await lan.pass(60 * seconds);
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-c']);
    assert.deepEqual(
      expired()?.map(({ node }) => node),
      ['node-b'],
    );
    await lan.pass(600 * seconds);
    assert.deepEqual(expired(), []);
    await lan.start('node-b');
    await lan.pass(5 * seconds);
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
  });

  test('five minutes without the API server, and its return, change nothing', async () => {
    await lan.pass(5 * seconds);
    lan.events.take();
    lan.setServerAway(true);
    for (let minute = 0; minute < 5; minute += 1) {
      await lan.pass(60 * seconds);
      assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
    }
    lan.setServerAway(false);
    for (let step = 0; step < 60; step += 1) {
      await lan.pass(1 * seconds);
      assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
    }
    assert.deepEqual(lan.events.take(), []);
  });

  test('an owner whose cable is pulled tells the others, which take over', async () => {
    await lan.pass(5 * seconds);
    lan.speaker('node-b').datapath.setLinks([{ ...eth0, carrier: false }]);
    await lan.pass();
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-a']);
    const said = lan.log.lines.filter(({ event, level }) => event === 'interfaces' && level === 'warn');
    assert.deepEqual(
      said.map(({ fields }) => fields['withoutCarrier']),
      [['eth0']],
    );
    lan.speaker('node-b').datapath.setLinks([eth0]);
    await lan.pass();
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
  });

  test('an owner whose interface gets another name says the new one', async () => {
    await lan.pass(5 * seconds);
    lan.speaker('node-b').datapath.setLinks([{ ...eth0, name: 'lan0' }]);
    await lan.pass();
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
    assert.deepEqual(lan.l2Statuses(), ['shop/web on node-b: lan0']);
    assert.equal(reported('web'), 'True owner: announced from node node-b on lan0');
  });

  test('an owner that loses the interfaces which the advertisement names tells the others, which take over', async () => {
    lan.api.put(l2AdvertisementResource, {
      metadata: { name: 'all', namespace: 'herald-system' },
      spec: { interfaces: ['eth0'] },
    });
    await lan.pass(5 * seconds);
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
    lan.speaker('node-b').datapath.setLinks([{ ...eth0, name: 'lan0' }]);
    await lan.pass();
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-a']);
    assert.deepEqual(lan.l2Statuses(), ['shop/web on node-a: eth0']);
  });

  test('an owner whose kube-proxy fails tells the others, which take over', async () => {
    await lan.pass(5 * seconds);
    lan.speaker('node-b').local.setKubeProxyUnhealthy(true);
    lan.speaker('node-b').publish();
    await lan.pass();
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-a']);
  });

  test('a conflict is told on the Service', async () => {
    await lan.pass(5 * seconds);
    lan.events.take();
    lan.speaker('node-b').datapath.conflict('10.0.0.1', '02:00:00:00:00:99');
    assert.deepEqual(lan.events.take(), [
      'Warning AddressConflict shop/web: 02:00:00:00:00:99 claims 10.0.0.1 on the network of eth0, which node node-b announces; give that machine another address, or put 10.0.0.1 into excludeAddresses of its pool',
    ]);
  });
});

describe('the old ConfigMap, once it can no longer be read', () => {
  const namespace = 'herald-system';
  const setConfig = (config: string) =>
    lan.api.put(configMapResource, { metadata: { namespace, name: 'config' }, data: { config } });

  beforeEach(async () => {
    lan.api.remove(ipAddressPoolResource, { namespace, name: 'lan' });
    lan.api.remove(l2AdvertisementResource, { namespace, name: 'all' });
    setConfig('address-pools: [{ name: lan, protocol: layer2, addresses: [10.0.0.0/24] }]');
    lan.service();
    lan.slice('web', ['node-a']);
    await lan.start(...abc);
    setConfig('address-pools: [');
    await lan.pass(5 * seconds);
  });

  test('takes no address from its node', () => {
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
  });

  test('leaves addresses to the speakers that have read it when another one starts', async () => {
    await lan.speaker('node-b').stop();
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-a']);
    await lan.start('node-b');
    await lan.pass(30 * seconds);
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-a']);
    setConfig('address-pools: [{ name: lan, protocol: layer2, addresses: [10.0.0.0/24] }]');
    await lan.pass();
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
  });
});

describe('an address that nobody may announce', () => {
  beforeEach(async () => {
    lan.service();
    lan.slice('web', ['node-a']);
    await lan.start(...abc);
    await lan.pass(5 * seconds);
    lan.events.take();
  });

  test('is said aloud by one speaker, once, when it has lasted for two seconds', async () => {
    lan.slice('web', []);
    await lan.pass(1.5 * seconds);
    assert.deepEqual(lan.events.take(), []);
    assert.deepEqual(lan.owners('10.0.0.1'), []);
    await lan.pass(10 * seconds);
    const message =
      'no node may announce 10.0.0.1: noEndpoints (no endpoint of the Service is ready anywhere; look at its Pods)';
    assert.deepEqual(lan.events.take(), [`Warning NotAnnounced shop/web: ${message}`]);
    assert.equal(reported('web'), `False noEndpoints: ${message}`);
    assert.deepEqual(lan.l2Statuses(), []);
  });

  test('is announced again when it can be', async () => {
    lan.slice('web', []);
    await lan.pass(10 * seconds);
    lan.events.take();
    lan.slice('web', ['node-c']);
    await lan.pass();
    assert.deepEqual(lan.events.take(), [assigned('web', 'node-b')]);
    assert.deepEqual(lan.l2Statuses(), ['shop/web on node-b: eth0']);
    assert.equal(reported('web'), 'True owner: announced from node node-b on eth0');
  });

  test('names each node with its reason where they differ', async () => {
    lan.speaker('node-a').datapath.setLinks([{ ...eth0, carrier: false }]);
    lan.speaker('node-b').datapath.setLinks([]);
    lan.speaker('node-c').datapath.setLinks([{ ...eth0, carrier: false }]);
    await lan.pass(5 * seconds);
    assert.equal(
      reported('web'),
      'False noCarrier: no node may announce 10.0.0.1: ' +
        'noCarrier (the link has no carrier; look at the cable, the switch port or the bond); ' +
        'node-a noCarrier, node-b noInterface, node-c noCarrier',
    );
  });

  test('is nobody’s business when another load balancer gave it', async () => {
    lan.service({ name: 'foreign', ips: ['203.0.113.1'], annotations: {} });
    await lan.pass(10 * seconds);
    assert.equal(reported('foreign'), undefined);
    assert.deepEqual(lan.events.take(), []);
  });
});

describe('what others write', () => {
  beforeEach(async () => {
    lan.service({
      conditions: [
        {
          type: 'herald/Allocated',
          status: 'True',
          reason: 'IPAllocated',
          message: 'from pool lan',
          observedGeneration: 1,
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    });
    lan.slice('web', ['node-a']);
  });

  test('the controller’s condition stays beside ours, also after a conflict', async () => {
    await lan.start('node-a');
    const conflict = new ApiError('Conflict', 'the object has been modified', { status: 409 });
    lan.speaker('node-a').client.fail('patch', conflict, { plural: 'services', times: 3 });
    await lan.pass(5 * seconds);
    const json = lan.api.stored(serviceResource, { namespace: 'shop', name: 'web' });
    assert.deepEqual(
      serviceResource.parse(json).conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
      ['herald/Allocated True IPAllocated', 'herald/Announced True owner'],
    );
  });

  test('a ServiceL2Status that somebody deleted is written again', async () => {
    await lan.start('node-a');
    await lan.pass();
    const [status] = lan.api.all(serviceL2StatusResource);
    const name = serviceL2StatusResource.parse(status).meta.name;
    lan.api.remove(serviceL2StatusResource, { namespace: 'herald-system', name });
    await lan.pass();
    assert.deepEqual(lan.l2Statuses(), ['shop/web on node-a: eth0']);
  });

  test('without the kind ServiceL2Status addresses are announced; once it is there, the statuses are written', async () => {
    const absent = new ApiError('NotFound', 'the server could not find the requested resource', { status: 404 });
    lan.prepare = (client) => client.fail('list', absent, { plural: 'servicel2statuses', times: 1_000 });
    await lan.start('node-a');
    await lan.pass(30 * seconds);
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-a']);
    assert.deepEqual(lan.l2Statuses(), []);
    lan.speaker('node-a').client.heal();
    await lan.pass(60 * seconds);
    assert.deepEqual(lan.l2Statuses(), ['shop/web on node-a: eth0']);
    assert.equal(reported('web'), 'True owner: announced from node node-a on eth0');
  });

  test('a Service that is gone leaves nothing behind', async () => {
    await lan.start(...abc);
    await lan.pass();
    lan.api.remove(serviceResource, { namespace: 'shop', name: 'web' });
    await lan.pass();
    assert.deepEqual(lan.l2Statuses(), []);
    assert.deepEqual(lan.owners('10.0.0.1'), []);
  });

  test('a Service that became a NodePort loses the condition', async () => {
    await lan.start(...abc);
    await lan.pass();
    const json = lan.api.stored(serviceResource, { namespace: 'shop', name: 'web' }) ?? {};
    lan.api.put(serviceResource, { ...json, spec: { type: 'NodePort', clusterIPs: ['10.96.0.10'] } });
    await lan.pass();
    assert.equal(reported('web'), undefined);
    assert.deepEqual(lan.l2Statuses(), []);
  });
});
