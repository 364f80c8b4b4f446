import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { asObject, readNumber, readObjects } from '../../shared/api/json.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import type { ProxyMode } from '../cluster/kube-proxy/addresses.ts';
import { run } from '../cluster/network/iproute.ts';
import { macOf } from '../cluster/network/topology.ts';
import { insideSandbox } from '../cluster/sandbox/reenter.ts';

const vips = ['192.168.10.90', '2001:db8:10::90'];
const modes: readonly ProxyMode[] = ['iptables', 'ipvs-strict-arp'];

if (await insideSandbox(import.meta.filename)) {
  describe('the stand-in for kube-proxy, without Herald', () => {
    let cluster: Cluster;
    before(async () => {
      cluster = await startCluster({ startHerald: false, nodeNames: ['node-a', 'node-b'] });
      await cluster.api.create(
        servicesPath,
        loadBalancerService({ name: 'web', port: 8090, ipFamilyPolicy: 'RequireDualStack' }),
      );
      await cluster.api.mergePatch(`${servicesPath}/web/status`, {
        status: { loadBalancer: { ingress: vips.map((ip) => ({ ip, ipMode: 'VIP' })) } },
      });
    });
    afterEach((context) => {
      if ('error' in context && context.error !== null) console.error(cluster?.logs());
    });
    after(() => cluster?.stop());

    async function setMode(mode: ProxyMode): Promise<void> {
      await run('client', ['ip', 'neigh', 'flush', 'nud', 'all']);
      for (const node of cluster.nodes) {
        await node.setProxyMode(mode);
        await node.proxy.waitForLine(/forwarding for 192.168.10.90, 2001/, 10_000);
      }
    }

    /** Lets the client send packets for an address to a node, though nobody has answered for it. */
    async function sendTo(node: string, vip: string): Promise<void> {
      const mac = await macOf(node);
      await run('client', ['ip', 'neigh', 'replace', vip, 'lladdr', mac, 'dev', 'eth0', 'nud', 'permanent']);
    }

    for (const mode of modes) {
      test(`no kernel answers ARP or NDP for the address in ${mode} mode`, async () => {
        await setMode(mode);
        for (const vip of vips) {
          await assert.rejects(cluster.client.fetch(vip, 8090, 1200));
          assert.equal(await cluster.client.neighbour(vip), undefined, vip);
        }
      });

      test(`every node forwards what reaches it in ${mode} mode`, async () => {
        for (const node of cluster.nodes) {
          for (const vip of vips) {
            await sendTo(node.name, vip);
            assert.match((await cluster.client.fetch(vip, 8090)).body, /^Hello from node-[ab]\./);
            assert.match((await cluster.client.udpEcho(vip, 8090, 'ping')).body, /^node-[ab] ping$/);
          }
          const { spec } = await cluster.api.get(`${servicesPath}/web`);
          const nodePort = readNumber(readObjects(asObject(spec), 'ports')[0] ?? {}, 'nodePort') ?? 0;
          for (const address of [node.machine.ipv4, node.machine.ipv6]) {
            assert.match((await cluster.client.fetch(address, nodePort)).body, /^Hello/);
          }
        }
      });
    }

    test('in ipvs mode without strict ARP the kernels of all nodes answer ARP for the address, and none answers NDP', async () => {
      await setMode('ipvs');
      assert.match((await cluster.client.fetch('192.168.10.90', 8090)).body, /^Hello/);
      await assert.rejects(cluster.client.fetch('2001:db8:10::90', 8090, 1200));
    });

    test('with externalTrafficPolicy Local each node serves from its own endpoint', async () => {
      await cluster.api.mergePatch(`${servicesPath}/web`, { spec: { externalTrafficPolicy: 'Local' } });
      for (const vip of vips) {
        await sendTo('node-b', vip);
        await eventually('six pages in a row from node-b', async () => {
          for (let i = 0; i < 6; i++) {
            assert.match((await cluster.client.fetch(vip, 8090)).body, /^Hello from node-b\./);
          }
          return true;
        });
      }
    });
  });
}
