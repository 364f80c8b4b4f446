import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf, waitForAddresses } from '../cluster/api/service-addresses.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { clusterSuite } from './cluster-suite.ts';
import { waitForOwner } from './lan-view.ts';

const resources = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;
const ipv4 = '192.168.10.90';
const ipv6 = '2001:db8:10::90';
const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';
/** A lease lasts three renewals of 5 s. */
const leaseMs = 15_000;

await clusterSuite(import.meta.filename, { name: 'another node takes over' }, (cluster) => {
  // sha256 of "node#192.168.10.90", ascending: node-c, node-b, node-a.
  const best = 'node-c';

  /** Waits until the best node answers for both addresses, as in the beginning. */
  async function waitForBest(): Promise<void> {
    for (const address of [ipv4, ipv6]) {
      await waitForOwner(cluster(), address, { is: best, timeoutMs: leaseMs * 3 });
    }
  }

  test('to begin with, one node answers for both addresses of a Service', async () => {
    const { api } = cluster();
    await api.create(`${resources}/ipaddresspools`, {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: 'lan' },
      spec: { addresses: [`${ipv4}-192.168.10.99`, `${ipv6}-2001:db8:10::99`] },
    });
    await api.create(`${resources}/l2advertisements`, {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'L2Advertisement',
      metadata: { name: 'all' },
    });
    await api.create(servicesPath, loadBalancerService({ name: 'web', ipFamilyPolicy: 'RequireDualStack' }));
    assert.deepEqual(await waitForAddresses(api, 'web', 2), [ipv4, ipv6]);
    await waitForBest();
  });

  test('a speaker that is asked to end hands over before it is gone', async () => {
    const { speaker } = cluster().node(best);
    await speaker.kill('SIGTERM');
    for (const address of [ipv4, ipv6]) await waitForOwner(cluster(), address, { not: best, timeoutMs: 5000 });
    speaker.start();
    await waitForBest();
  });

  test('a speaker that is killed is replaced once its lease has run out', async () => {
    const { speaker } = cluster().node(best);
    await speaker.kill('SIGKILL');
    for (const address of [ipv4, ipv6]) {
      await waitForOwner(cluster(), address, { not: best, timeoutMs: leaseMs * 2 });
    }
    speaker.start();
    await waitForBest();
  });

  test('a speaker that hangs is replaced likewise, and takes its place again when it goes on', async () => {
    const { speaker } = cluster().node(best);
    await speaker.kill('SIGSTOP');
    for (const address of [ipv4, ipv6]) {
      await waitForOwner(cluster(), address, { not: best, timeoutMs: leaseMs * 2 });
    }
    await speaker.kill('SIGCONT');
    await waitForBest();
  });

  test('a node whose cable is pulled is replaced, and takes its place again', async () => {
    const node = cluster().node(best);
    await node.setCable(false);
    // As the node lifecycle controller would, so that kube-proxy sends nothing there any more.
    await node.setPodReady(cluster().api, false);
    await waitForOwner(cluster(), ipv4, { not: best, timeoutMs: leaseMs * 2 });
    await node.setCable(true);
    await node.setPodReady(cluster().api, true);
    await waitForBest();
  });

  test('a node that is labelled as excluded hands over at once', async () => {
    const { api } = cluster();
    const path = `/api/v1/nodes/${best}`;
    await api.mergePatch(path, { metadata: { labels: { [excludeLabel]: '' } } });
    for (const address of [ipv4, ipv6]) await waitForOwner(cluster(), address, { not: best, timeoutMs: 5000 });
    await api.mergePatch(path, { metadata: { labels: { [excludeLabel]: null } } });
    await waitForBest();
  });

  test('a node whose kube-proxy is not healthy hands over, and takes its place again when it is', async () => {
    const { proxy } = cluster().node(best);
    await proxy.kill('SIGUSR2');
    for (const address of [ipv4, ipv6]) await waitForOwner(cluster(), address, { not: best, timeoutMs: 15_000 });
    await proxy.kill('SIGHUP');
    await waitForBest();
  });

  test('through all of this the Service kept its addresses', async () => {
    assert.deepEqual(addressesOf(await cluster().api.get(`${servicesPath}/web`)), [ipv4, ipv6]);
  });
});
