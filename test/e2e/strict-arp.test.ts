import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../cluster/eventually.ts';
import { setSysctls } from '../cluster/network/iproute.ts';
import { warningsOn } from './complaints.ts';
import { failoverSuite } from './failover-suite.ts';
import { allNodes, answering, conditionOf, everyMs, metricsOk, namedAll, required, web } from './strict-arp-view.ts';

const warn = { name: 'IPVS without strict ARP', everyMs, proxyMode: 'ipvs', speakerArgs: [] } as const;
await failoverSuite(import.meta.filename, warn, (watched) => {
  test('the kernels of all nodes answer for the IPv4 address, and one speaker alone for that of IPv6', async () => {
    // Beside other tests the programs may take their time to start.
    await eventually(
      'three answer by ARP, and one by NDP',
      async () => {
        const [arp = [], ndp = []] = await answering(watched());
        if (arp.join() === allNodes.join() && ndp.length === 1) return true;
        throw new Error(`ARP ${arp.join()}; NDP ${ndp.join()}`);
      },
      90_000,
    );
  });

  test('the Service and the Nodes say so, with the command for a cluster that kubeadm set up', async () => {
    const { api } = watched().cluster;
    await namedAll(api);
    await api.create('/api/v1/namespaces/kube-system/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-proxy' },
      data: { 'config.conf': 'kind: KubeProxyConfiguration\nmode: ipvs\nipvs:\n  strictARP: false\n' },
    });
    const said = await eventually(
      'the command for kubeadm',
      async () => {
        const text = await conditionOf(api, web, required);
        return text?.includes("sed -e 's/strictARP: false/strictARP: true/'") ? text : undefined;
      },
      90_000,
    );
    assert.match(said, /kubectl rollout restart daemonset kube-proxy -n kube-system$/);
    for (const name of allNodes) {
      const text = await conditionOf(api, `/api/v1/nodes/${name}`, required);
      assert.match(text ?? '', /^True StrictARPRequired: this node answers ARP for IPv4 addresses of Services/);
      assert.match((await conditionOf(api, `/api/v1/nodes/${name}`, 'Ready')) ?? '', /^True KubeletReady/);
    }
  });

  test('each object has one Warning, the metric of each node is 0, and the address is announced all the same', async () => {
    const { api } = watched().cluster;
    // Before the first speaker lived the Service may have been told that, too.
    const complaints = (texts: readonly string[]): number =>
      texts.filter((text) => text.startsWith('StrictARPRequired: ')).length;
    assert.equal(complaints(await warningsOn(api, 'Service', 'web', 'default')), 1);
    for (const name of allNodes) assert.equal(complaints(await warningsOn(api, 'Node', name, 'default')), 1);
    assert.deepEqual(await metricsOk(watched()), [0, 0, 0]);
    assert.match((await conditionOf(api, web, 'herald/Announced')) ?? '', /^True owner/);
  });

  test('once it is mended one node alone answers, and nothing is said any more', async () => {
    const { api, nodes } = watched().cluster;
    for (const { name } of nodes) {
      await setSysctls(name, { 'net/ipv4/conf/all/arp_ignore': '1', 'net/ipv4/conf/all/arp_announce': '2' });
    }
    await eventually('one owner', () => watched().soleOwner());
    await eventually(
      'nothing is said',
      async () => {
        const paths = [web, ...allNodes.map((name) => `/api/v1/nodes/${name}`)];
        const said = await Promise.all(paths.map((path) => conditionOf(api, path, required)));
        return said.every((text) => text === undefined) || undefined;
      },
      120_000,
    );
    assert.deepEqual(await metricsOk(watched()), [1, 1, 1]);
  });
});
