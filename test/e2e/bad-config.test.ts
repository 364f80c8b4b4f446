import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JsonObject, readObject, readObjects, readString } from '../../shared/api/json.ts';
import { collectionOf } from '../cluster/api/apply.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf, waitForAddresses } from '../cluster/api/service-addresses.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { clusterSuite } from './cluster-suite.ts';
import { complaintAbout, invalidStates, warningsOn } from './complaints.ts';
import { waitForOwner } from './lan-view.ts';

const held = '192.168.10.90';

function pool(name: string, spec: JsonObject): JsonObject {
  const metadata = { name, namespace: heraldNamespace };
  return { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', metadata, spec };
}

function advertisement(name: string, spec: JsonObject): JsonObject {
  const metadata = { name, namespace: heraldNamespace };
  return { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', metadata, spec };
}

function nameIn(object: JsonObject): string {
  return readString(readObject(object, 'metadata'), 'name') ?? '';
}

const wrong: readonly { readonly name: string; readonly object: JsonObject; readonly told: RegExp }[] = [
  { name: 'a pool without addresses', object: pool('bad-1', { addresses: [] }), told: /bad-1.*spec\.addresses/ },
  {
    name: 'a string that is no address',
    object: pool('bad-2', { addresses: ['10.1.0.0/24', 'ten.two'] }),
    told: /bad-2.*spec\.addresses\[1\].*/,
  },
  {
    name: 'a range that starts after its end',
    object: pool('bad-3', { addresses: ['10.1.0.9-10.1.0.5'] }),
    told: /bad-3.*spec\.addresses\[0\].*start/,
  },
  {
    name: 'a range over two families',
    object: pool('bad-4', { addresses: ['10.1.0.1-2001:db8::5'] }),
    told: /bad-4.*spec\.addresses\[0\].*famil/,
  },
  {
    name: 'a prefix longer than the address',
    object: pool('bad-5', { addresses: ['10.1.0.0/33'] }),
    told: /bad-5.*spec\.addresses\[0\]/,
  },
  {
    name: 'one address range twice',
    object: pool('bad-6', { addresses: ['10.1.0.0/24', '10.1.0.0/24'] }),
    told: /bad-6.*spec\.addresses\[1\]/,
  },
  {
    name: 'a weight out of range',
    object: advertisement('bad-7', {
      preferredNodeSelectors: [{ weight: 101, preference: { matchLabels: { rack: 'a' } } }],
    }),
    told: /bad-7.*spec\.preferredNodeSelectors\[0\]\.weight.*101/,
  },
  {
    name: 'a pool that overlaps another one',
    object: pool('bad-8', { addresses: ['192.168.10.95-192.168.10.120'] }),
    told: /bad-8.*spec\.addresses\[0\].*192\.168\.10\.95.*lan/,
  },
  {
    name: 'an advertisement of a pool that does not exist',
    object: advertisement('bad-9', { ipAddressPools: ['lan', 'nowhere'] }),
    told: /bad-9.*spec\.ipAddressPools\[1\].*"nowhere"/,
  },
  {
    name: 'a pool that no advertisement selects',
    object: pool('bad-10', { addresses: ['10.5.0.0/24'] }),
    told: /bad-10.*no L2Advertisement selects/,
  },
  {
    name: 'a node selector that matches no node',
    object: advertisement('bad-11', { ipAddressPools: ['lan'], nodeSelectors: [{ matchLabels: { rack: 'z' } }] }),
    told: /bad-11.*spec\.nodeSelectors\[0\].*rack=z/,
  },
];

await clusterSuite(import.meta.filename, { name: 'wrong configuration' }, (cluster) => {
  test('to begin with, a Service has its address and is served', async () => {
    const { api } = cluster();
    for (const object of [
      pool('lan', { addresses: ['192.168.10.90-192.168.10.100'] }),
      advertisement('lan', { ipAddressPools: ['lan'] }),
    ]) {
      await api.create(collectionOf(object), object);
    }
    await api.create(servicesPath, loadBalancerService({ name: 'web' }));
    assert.deepEqual(await waitForAddresses(api, 'web'), [held]);
    await waitForOwner(cluster(), held);
  });

  for (const { name, object, told } of wrong) {
    test(`${name}: the user is told object, path and value`, async () => {
      const { api } = cluster();
      assert.match(await complaintAbout(api, object, told), told);
      const path = `${collectionOf(object)}/${(object['metadata'] as JsonObject)['name']}`;
      if ((await api.find(path)) !== undefined) await api.delete(path);
    });
  }

  test('none of this cost the Service its address or its page', async () => {
    const { api, client } = cluster();
    assert.deepEqual(addressesOf(await api.get(`${servicesPath}/web`)), [held]);
    assert.match((await client.fetch(held, 80)).body, /^Hello/);
  });

  test('ConfigurationState says Invalid with the finding while there is one, and Valid again without', async () => {
    const { api } = cluster();
    const object = advertisement('dangling', { ipAddressPools: ['lan', 'gone'] });
    await api.create(collectionOf(object), object);
    await eventually(
      'Invalid',
      async () => (await invalidStates(api)).some((summary) => summary.includes('"gone"')) || undefined,
    );
    await api.delete(`${collectionOf(object)}/dangling`);
    await eventually('Valid', async () => (await invalidStates(api)).length === 0 || undefined);
  });

  test('each component says so for itself, in an object that goes with the node of a speaker', async () => {
    const { api } = cluster();
    const states = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/configurationstates`;
    const object = pool('twice', { addresses: ['10.6.0.0/24', '10.6.0.0/25'] });
    await api.create(collectionOf(object), object);
    const results = await eventually('all of them Invalid', async () => {
      const all = await api.list(states);
      const texts = all.map((state) => `${nameIn(state)} ${readString(readObject(state, 'status'), 'result')}`);
      return texts.length === 4 && texts.every((text) => text.endsWith('Invalid')) ? texts.toSorted() : undefined;
    });
    assert.deepEqual(results, [
      'controller Invalid',
      'speaker-node-a Invalid',
      'speaker-node-b Invalid',
      'speaker-node-c Invalid',
    ]);
    const metadata = readObject(await api.get(`${states}/speaker-node-b`), 'metadata');
    assert.deepEqual(metadata['labels'], { 'metallb.io/component-type': 'speaker', 'metallb.io/node-name': 'node-b' });
    const [owner] = readObjects(metadata, 'ownerReferences');
    assert.deepEqual([owner?.['kind'], owner?.['name']], ['Node', 'node-b']);
    await api.delete(`${collectionOf(object)}/twice`);
    await eventually('Valid', async () => (await invalidStates(api)).length === 0 || undefined);
  });

  test('a pool in another namespace makes nothing Invalid, and the log of the controller names it', async () => {
    const { api } = cluster();
    const metadata = { name: 'elsewhere', namespace: 'default' };
    const object = { ...pool('elsewhere', { addresses: ['10.7.0.0/24'] }), metadata };
    await api.create(collectionOf(object), object);
    const state = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/configurationstates/controller`;
    const status = await eventually('the notice', async () => {
      const found = readObject(await api.get(state), 'status');
      return JSON.stringify(found).includes('IPAddressPool default/elsewhere') ? found : undefined;
    });
    assert.deepEqual([status['result'], status['errorSummary']], ['Valid', '']);
    assert.match(cluster().logs(200), /configuration-finding.*elsewhere|elsewhere.*configuration-finding/);
    assert.deepEqual(await warningsOn(api, 'IPAddressPool', 'elsewhere', 'default'), []);
    await api.delete(`${collectionOf(object)}/elsewhere`);
  });

  test('a pool that turns bad is set aside: what a Service holds from it stays and is served', async () => {
    const { api, client } = cluster();
    const clash = pool('a-clash', { addresses: ['192.168.10.88-192.168.10.91'] });
    await api.create(collectionOf(clash), clash);
    await eventually('a Warning on either', async () => {
      const told = await Promise.all(
        ['lan', 'a-clash'].map((name) => warningsOn(api, 'IPAddressPool', name, heraldNamespace)),
      );
      return told.flat().some((text) => text.includes('a-clash')) || undefined;
    });
    await api.create(servicesPath, loadBalancerService({ name: 'later' }));
    assert.equal((await waitForAddresses(api, 'later')).includes(held), false);
    assert.deepEqual(addressesOf(await api.get(`${servicesPath}/web`)), [held]);
    assert.match((await client.fetch(held, 80)).body, /^Hello/);
    await api.delete(`${collectionOf(clash)}/a-clash`);
  });

  test('nothing that the programs asked for is forbidden to them by the roles of the chart', () => {
    const logs = cluster().logs(1_000);
    assert.match(logs, /adopted/);
    assert.doesNotMatch(logs, /"code":"Forbidden"| is forbidden: User /);
  });
});
