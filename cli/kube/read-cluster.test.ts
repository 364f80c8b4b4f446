import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { configMapResource } from '../../shared/api/config-map.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import { leaseResource } from '../../shared/api/lease.ts';
import { nodeResource } from '../../shared/api/node.ts';
import { serviceResource } from '../../shared/api/service.ts';
import { daemonSetResource } from '../../shared/api/workload.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { leaseObject, poolObject, serviceObject } from '../../test/support/cluster-objects.ts';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import type { Cluster } from '../cluster.ts';
import { CommandError } from '../command-error.ts';
import { noOverrides } from '../installation.ts';
import { readCluster } from './read-cluster.ts';

let api: FakeApiClient;

function read(namespace?: string): Promise<Cluster> {
  return readCluster({ client: api, nowMs: () => 1_000, namespace, overrides: noOverrides });
}

function controllerLease(namespace: string) {
  return { metadata: { namespace, name: 'herald-controller' }, spec: { holderIdentity: 'controller-0' } };
}

beforeEach(() => {
  api = new FakeApiClient();
  api.put(leaseResource, controllerLease('herald-system'));
  api.put(leaseResource, leaseObject('node-a'));
  api.put(nodeResource, { metadata: { name: 'node-a' } });
  api.put(ipAddressPoolResource, poolObject('lan', { addresses: ['10.0.0.0/24'] }));
});

describe('a cluster is read', () => {
  test('with all its objects, of all namespaces', async () => {
    api.put(serviceResource, serviceObject({ name: 'web' }));
    const cluster = await read();
    assert.equal(cluster.namespace, 'herald-system');
    assert.equal(cluster.nowMs, 1_000);
    assert.deepEqual(
      [cluster.services, cluster.nodes, cluster.pools, cluster.leases].map((list) => list.map(({ meta }) => meta.name)),
      [['web'], ['node-a'], ['lan'], ['speaker-node-a']],
    );
    assert.deepEqual(cluster.unreadable, []);
  });

  test('page by page', async () => {
    for (let index = 0; index < 1_201; index += 1) api.put(serviceResource, serviceObject({ name: `web-${index}` }));
    assert.equal((await read()).services.length, 1_201);
    assert.equal(api.calls.filter(({ method, plural }) => method === 'list' && plural === 'services').length, 3);
  });

  test('Leases at last, so that they are not old by the time that they are compared with', async () => {
    for (let index = 0; index < 1_201; index += 1) api.put(serviceResource, serviceObject({ name: `web-${index}` }));
    await read('herald-system');
    const lists = api.calls.filter(({ method }) => method === 'list').map(({ plural }) => plural);
    assert.equal(lists.at(-1), 'leases');
    assert.equal(lists.filter((plural) => plural === 'leases').length, 1);
  });

  test('anew in one piece, where the list grew too old between two pages', async () => {
    for (let index = 0; index < 501; index += 1) api.put(serviceResource, serviceObject({ name: `web-${index}` }));
    api.fail('list', new ApiError('Expired', 'cannot list services: too old', { status: 410 }), { plural: 'services' });
    assert.equal((await read()).services.length, 501);
  });

  test('but for what this user may not read, which is named', async () => {
    api.fail('list', new ApiError('Forbidden', 'cannot list nodes: nodes is forbidden', { status: 403 }), {
      plural: 'nodes',
    });
    const cluster = await read();
    assert.deepEqual(cluster.nodes, []);
    assert.deepEqual(cluster.unreadable, [{ resource: 'nodes', why: 'cannot list nodes: nodes is forbidden' }]);
    assert.equal(cluster.pools.length, 1);
  });

  test('but for kinds that are not there, which are named', async () => {
    api.fail('list', new ApiError('NotFound', 'cannot list ipaddresspools: not found', { status: 404 }), {
      plural: 'ipaddresspools',
    });
    assert.deepEqual((await read()).unreadable, [
      { resource: 'ipaddresspools', why: 'the API server does not know this kind' },
    ]);
  });

  test('not at all where the API server can not be asked', async () => {
    const error = new ApiError('Unreachable', 'cannot list nodes: connection refused', {});
    api.fail('list', error, { plural: 'nodes' });
    await assert.rejects(read(), error);
  });

  test('with the ConfigMap that the speakers were told to read', async () => {
    api.put(daemonSetResource, {
      metadata: {
        namespace: 'herald-system',
        name: 'herald-speaker',
        labels: { 'app.kubernetes.io/name': 'herald', 'app.kubernetes.io/component': 'speaker' },
      },
      spec: { template: { spec: { containers: [{ args: ['speaker.mjs', '--config=lb'] }] } } },
    });
    api.put(configMapResource, { metadata: { namespace: 'herald-system', name: 'lb' }, data: { config: '{}' } });
    const { configMap, installation } = await read();
    assert.equal(configMap?.meta.name, 'lb');
    assert.equal(installation.speaker?.meta.name, 'herald-speaker');
  });
});

describe('the installation is found', () => {
  test("by the controller's Lease", async () => {
    api.remove(leaseResource, { namespace: 'herald-system', name: 'herald-controller' });
    api.put(leaseResource, controllerLease('lb'));
    assert.equal((await read()).namespace, 'lb');
  });

  test("by the speakers' Leases where there is none of a controller", async () => {
    api.remove(leaseResource, { namespace: 'herald-system', name: 'herald-controller' });
    assert.equal((await read()).namespace, 'herald-system');
  });

  test('where the user says that it is', async () => {
    const cluster = await read('elsewhere');
    assert.equal(cluster.namespace, 'elsewhere');
    assert.deepEqual(cluster.leases, []);
  });

  test('in its usual namespace where Leases may not be looked for', async () => {
    const error = new ApiError('Forbidden', 'cannot list leases: forbidden', { status: 403 });
    api.fail('list', error, { plural: 'leases' });
    assert.equal((await read()).namespace, 'herald-system');
  });

  test('not among several', async () => {
    api.put(leaseResource, controllerLease('lb'));
    await assert.rejects(
      read(),
      (error) =>
        error instanceof CommandError &&
        error.message ===
          'cannot choose an installation: Herald runs in the namespaces herald-system, lb; name one by --herald-namespace',
    );
  });
});
