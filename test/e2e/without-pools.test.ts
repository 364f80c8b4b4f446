import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type JsonObject, readObject, readObjects, readString } from '../../shared/api/json.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf, waitForAddresses } from '../cluster/api/service-addresses.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { installCustomResources } from '../cluster/custom-resources.ts';
import { eventually } from '../cluster/eventually.ts';
import { clusterSuite } from './cluster-suite.ts';
import { warningsOn } from './complaints.ts';
import { waitForOwner } from './lan-view.ts';

const resources = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
/** Longer than any time within which objects are taken to belong together. */
const longAfterMs = 3_000;
const held = '192.168.10.95';
const noPool = 'AllocationFailed: no pool is configured';

await clusterSuite(import.meta.filename, { name: 'without pools', startHerald: false }, (cluster) => {
  const serviceNamed = (name: string): Promise<JsonObject> => cluster().api.get(`${servicesPath}/${name}`);

  async function createPool(): Promise<void> {
    const spec = { addresses: ['192.168.10.90-192.168.10.99'] };
    const body = { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', metadata: { name: 'lan' }, spec };
    await cluster().api.create(`${resources}/ipaddresspools`, body);
  }

  async function createAdvertisement(): Promise<void> {
    const body = { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', metadata: { name: 'all' } };
    await cluster().api.create(`${resources}/l2advertisements`, body);
  }

  async function waitsForPool(name: string): Promise<void> {
    await eventually(`${name} is told that there is no pool`, async () => {
      const conditions = readObjects(readObject(await serviceNamed(name), 'status'), 'conditions');
      const texts = conditions.map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
      const warnings = await warningsOn(cluster().api, 'Service', name, 'default');
      return (texts.includes(`herald/Allocated ${noPool}`) && warnings.includes(noPool)) || undefined;
    });
  }

  test('a new Service is told why it waits, while what others gave stays as it is', async () => {
    const { api, controller, nodes } = cluster();
    await api.create(servicesPath, loadBalancerService({ name: 'old' }));
    await api.mergePatch(`${servicesPath}/old/status`, { status: { loadBalancer: { ingress: [{ ip: held }] } } });
    controller.start();
    for (const { speaker } of nodes) speaker.start();
    await controller.waitForLine(/"event":"waiting-for-configuration"/, 20_000);
    await api.create(servicesPath, loadBalancerService({ name: 'new', port: 81 }));
    await waitsForPool('new');
    const old = await serviceNamed('old');
    assert.deepEqual(addressesOf(old), [held]);
    assert.ok(!JSON.stringify(old).includes('herald/Allocated'));
  });

  test('an advertisement that comes long before the first pool costs nobody the address', async () => {
    await createAdvertisement();
    await delay(longAfterMs);
    assert.deepEqual(addressesOf(await serviceNamed('old')), [held]);
    await createPool();
    assert.deepEqual(await waitForAddresses(cluster().api, 'new'), ['192.168.10.90']);
    assert.deepEqual(addressesOf(await serviceNamed('old')), [held]);
    await waitForOwner(cluster(), held);
  });

  /** Asks for the address again and again, each time by a new ARP request. */
  async function servedFor(durationMs: number): Promise<void> {
    const { client } = cluster();
    const untilMs = performance.now() + durationMs;
    while (performance.now() < untilMs) {
      await client.forgetNeighbours();
      assert.match((await client.fetch(held, 80)).body, /^Hello/);
      await delay(250);
    }
  }

  test('while the definitions are gone, what has an address is announced, also by another node', async () => {
    const { api, nodes } = cluster();
    const owner = await waitForOwner(cluster(), held);
    const installed = (await api.list(definitions)).map((one) => readString(readObject(one, 'metadata'), 'name') ?? '');
    const ours = installed.filter((name) => name.endsWith('.metallb.io'));
    assert.equal(ours.length, 9);
    for (const name of ours) await api.delete(`${definitions}/${name}`);
    await eventually('pools are unknown', async () => {
      return (await api.raw(`${resources}/ipaddresspools`)).status === 404 || undefined;
    });
    await servedFor(2 * longAfterMs);
    await api.create(servicesPath, loadBalancerService({ name: 'later', port: 82 }));
    await waitsForPool('later');
    await nodes.find(({ name }) => name === owner)?.speaker.kill('SIGTERM');
    await waitForOwner(cluster(), held, { not: owner });
  });

  test('once they are back, the objects may be applied one after the other', async () => {
    await installCustomResources(cluster().api);
    await servedFor(longAfterMs);
    await createAdvertisement();
    await servedFor(longAfterMs);
    await createPool();
    await waitForAddresses(cluster().api, 'later');
    await servedFor(longAfterMs);
    assert.deepEqual(addressesOf(await serviceNamed('old')), [held]);
  });
});
