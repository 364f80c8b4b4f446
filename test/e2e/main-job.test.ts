import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readObject, readObjects } from '../../shared/api/json.ts';
import { applyManifests } from '../cluster/api/apply.ts';
import { hasKubectl, kubectl } from '../cluster/api/kubectl.ts';
import { servicesPath } from '../cluster/api/load-balancer-service.ts';
import { waitForAddresses } from '../cluster/api/service-addresses.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { acceptTable, printTable } from '../cluster/playground/table.ts';
import { clusterSuite } from './cluster-suite.ts';
import { ownerSeenByClient, waitForOwner } from './lan-view.ts';
import { mainJobManifests } from './main-job-manifests.ts';

/** The first of the three nodes by sha256 of "node#192.168.10.90": node-c, node-b, node-a. */
const owner = 'node-c';

await clusterSuite(import.meta.filename, { name: 'the main job' }, (cluster) => {
  test('a Service of type LoadBalancer gets the lowest address of each family', async () => {
    await applyManifests(cluster(), mainJobManifests);
    assert.deepEqual(await waitForAddresses(cluster().api, 'web', 2), ['192.168.10.90', '2001:db8:10::90']);
  });

  for (const address of ['192.168.10.90', '2001:db8:10::90']) {
    test(`a client on the LAN fetches a page from ${address}, and one node answers for it`, async () => {
      await waitForOwner(cluster(), address, { is: owner });
      assert.match((await cluster().client.fetch(address, 80)).body, /^Hello from node-[abc]\. You asked for/);
      assert.match((await cluster().client.udpEcho(address, 80, 'ping')).body, /^node-[abc] ping$/);
      for (let i = 0; i < 5; i++) assert.equal(await ownerSeenByClient(cluster(), address), owner);
    });
  }

  test('both addresses of the Service are on one node, which ServiceL2Status names', async () => {
    await eventually('the ServiceL2Status', async () => {
      const all = await cluster().api.list(`/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/servicel2statuses`);
      assert.deepEqual(
        all.map((object) => readObject(object, 'status')['node']),
        [owner],
      );
      return true;
    });
  });

  test('the Service carries both conditions as true, ipMode VIP, and the event of its allocation', async () => {
    await eventually('conditions', async () => {
      const status = readObject(await cluster().api.get(`${servicesPath}/web`), 'status');
      const conditions = readObjects(status, 'conditions').map(({ type, status }) => `${type}=${status}`);
      assert.deepEqual([...conditions].sort(), ['herald/Allocated=True', 'herald/Announced=True']);
      const ingress = readObjects(readObject(status, 'loadBalancer'), 'ingress');
      assert.deepEqual(
        ingress.map((entry) => entry['ipMode']),
        ['VIP', 'VIP'],
      );
      return true;
    });
    const events = await eventually('the event', async () => {
      const all = await cluster().api.list('/api/v1/namespaces/default/events');
      const found = all.filter(({ reason }) => reason === 'IPAllocated');
      return found.length > 0 ? found : undefined;
    });
    assert.equal(events.length, 1);
  });

  test("the server's table shows EXTERNAL-IP", async () => {
    const table = printTable(await cluster().api.get(servicesPath, { accept: acceptTable }));
    assert.match(table, /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\n/);
    assert.match(table, /\nweb +LoadBalancer +\S+ +192\.168\.10\.90,2001:db8:10::90 +80:\d+\/TCP,80:\d+\/UDP +\d+s/);
  });

  test('kubectl prints that same table', { skip: hasKubectl() ? false : 'no kubectl here' }, async () => {
    const printed = await kubectl(cluster().kubeconfig, ['get', 'services']);
    assert.equal(printed.code, 0, printed.stderr);
    const own = printTable(await cluster().api.get(servicesPath, { accept: acceptTable }));
    const withoutAge = (text: string): string => text.trimEnd().replace(/ *\d+s$/gm, '');
    assert.equal(withoutAge(printed.stdout), withoutAge(own));
  });

  test('a deleted Service is no longer answered for', async () => {
    await cluster().api.delete(`${servicesPath}/web`);
    await eventually('silence', async () => {
      await cluster().client.forgetNeighbours();
      await assert.rejects(cluster().client.fetch('192.168.10.90', 80, 600));
      return (await cluster().client.neighbour('192.168.10.90')) === undefined || undefined;
    });
  });
});
