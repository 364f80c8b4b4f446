import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../cluster/eventually.ts';
import { setSysctls } from '../cluster/network/iproute.ts';
import { vips } from '../cluster/watcher/watched-cluster.ts';
import { failoverSuite } from './failover-suite.ts';
import { answering, conditionOf, everyMs, namedAll, web } from './strict-arp-view.ts';

const refuse = {
  name: 'IPVS with --strict-arp=refuse',
  everyMs,
  proxyMode: 'ipvs',
  speakerArgs: ['--strict-arp=refuse'],
} as const;
await failoverSuite(import.meta.filename, refuse, (watched) => {
  test('no node announces the addresses, and the Service says why', async () => {
    const { api } = watched().cluster;
    await namedAll(api);
    const announced = await eventually('not announced', async () => {
      const text = await conditionOf(api, web, 'herald/Announced');
      return text?.startsWith('False strictArpRequired: ') ? text : undefined;
    });
    assert.ok(announced.includes(`no node may announce ${vips.join(' and ')}: strictArpRequired (`), announced);
    const [, ndp] = await answering(watched());
    assert.deepEqual(ndp, []);
  });

  test('a node that is mended announces them', async () => {
    await setSysctls('node-b', { 'net/ipv4/conf/all/arp_ignore': '1', 'net/ipv4/conf/all/arp_announce': '2' });
    await eventually(
      'node-b announces',
      async () => {
        const text = await conditionOf(watched().cluster.api, web, 'herald/Announced');
        return text?.startsWith('True owner: announced from node node-b ') || undefined;
      },
      60_000,
    );
    await eventually('node-b answers by NDP, too, and it alone', async () => {
      const [, ndp = []] = await answering(watched());
      return ndp.join() === 'node-b' || undefined;
    });
  });
});
