import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf, waitForAddresses } from '../cluster/api/service-addresses.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { clusterSuite } from './cluster-suite.ts';
import { warningsOn } from './complaints.ts';
import { waitForOwner } from './lan-view.ts';

const resources = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;
// Of those created within one second, the first by name has waited longest.
const names = ['web-1', 'web-2', 'web-3', 'web-4'];

await clusterSuite(import.meta.filename, { name: 'restarts' }, (cluster) => {
  let holders: readonly string[] = [];

  async function held(): Promise<Readonly<Record<string, readonly string[]>>> {
    const entries = await Promise.all(
      names.map(
        async (name) => [name, addressesOf((await cluster().api.find(`${servicesPath}/${name}`)) ?? {})] as const,
      ),
    );
    return Object.fromEntries(entries.filter(([, addresses]) => addresses.length > 0));
  }

  /** Creates a Service whose pool does not exist: its Warning shows that a controller decides. */
  async function waitForDecision(name: string): Promise<void> {
    const { api } = cluster();
    const annotations = { 'metallb.io/address-pool': 'no-such-pool' };
    await api.create(servicesPath, loadBalancerService({ name, annotations }));
    await eventually(
      `a controller decides about ${name}`,
      async () => (await warningsOn(api, 'Service', name, 'default')).length > 0 || undefined,
      40_000,
    );
  }

  test('two addresses and four Services: two have one, two wait', async () => {
    const { api } = cluster();
    await api.create(`${resources}/ipaddresspools`, {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: 'small' },
      spec: { addresses: ['192.168.10.90-192.168.10.91'] },
    });
    await api.create(`${resources}/l2advertisements`, {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'L2Advertisement',
      metadata: { name: 'all' },
    });
    for (const name of names) await api.create(servicesPath, loadBalancerService({ name }));
    holders = await eventually('two holders and two Warnings', async () => {
      const having = Object.keys(await held());
      const waiting = names.filter((name) => !having.includes(name));
      const warned = await Promise.all(waiting.map((name) => warningsOn(api, 'Service', name, 'default')));
      return having.length === 2 && warned.every((texts) => texts.some((text) => /^AllocationFailed/.test(text)))
        ? having
        : undefined;
    });
    for (const address of ['192.168.10.90', '192.168.10.91']) await waitForOwner(cluster(), address);
  });

  test('five restarts of the controller move nothing, whether it is killed or asked to end', async () => {
    const { api, controller } = cluster();
    const before = await held();
    const seen = new Set<string>();
    const stop = new AbortController();
    const following = api.follow(
      servicesPath,
      (_, service) => {
        const name = String((service['metadata'] as { name?: string }).name);
        if (names.includes(name)) seen.add(`${name} ${addressesOf(service).join()}`);
      },
      stop.signal,
    );
    for (const [round, signal] of (['SIGTERM', 'SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGTERM'] as const).entries()) {
      await controller.restart(signal);
      await waitForDecision(`probe-${round}`);
      assert.deepEqual(await held(), before);
    }
    stop.abort();
    await following;
    const expected = names.map((name) => `${name} ${(before[name] ?? []).join()}`);
    assert.deepEqual([...seen].sort(), expected.sort());
  });

  test('a standby takes over from a leader that is killed, and moves nothing', async () => {
    const { controller, standby } = cluster();
    const before = await held();
    standby.start();
    await standby.waitForLine(/"event":"informer-following"/, 10_000);
    await controller.kill('SIGKILL');
    await waitForDecision('probe-standby');
    assert.deepEqual(await held(), before);
    controller.start();
    await standby.kill('SIGTERM');
    await waitForDecision('probe-return');
    assert.deepEqual(await held(), before);
  });

  test('a freed address goes to the Service that has waited longest', async () => {
    const { api } = cluster();
    const [first = ''] = holders;
    const [address] = addressesOf(await api.get(`${servicesPath}/${first}`));
    const waiting = names.filter((name) => !holders.includes(name));
    await api.delete(`${servicesPath}/${first}`);
    assert.deepEqual(await waitForAddresses(api, waiting[0] ?? ''), [address]);
    // What follows begins with addresses that nodes have heard of, and forward.
    await eventually('both addresses are served', async () => {
      await servedFor(1);
      return true;
    });
  });

  /** Asks for both addresses again and again, each time by a new ARP request. */
  async function servedFor(durationMs: number): Promise<void> {
    const { client } = cluster();
    const until = performance.now() + durationMs;
    while (performance.now() < until) {
      await client.forgetNeighbours();
      for (const address of ['192.168.10.90', '192.168.10.91']) {
        assert.match((await client.fetch(address, 80)).body, /^Hello/);
      }
      await delay(250);
    }
  }

  test('while the API server hangs the addresses are answered for, and none is lost by it', async () => {
    const { apiServer } = cluster().controlPlane;
    const before = await held();
    await apiServer.kill('SIGSTOP');
    try {
      await servedFor(8000);
    } finally {
      await apiServer.kill('SIGCONT');
    }
    assert.deepEqual(await held(), before);
  });

  test('while the API server is away the addresses are answered for, and its return brings all back', async () => {
    const { api, controlPlane } = cluster();
    const before = await held();
    await controlPlane.apiServer.kill('SIGKILL');
    await servedFor(8000);
    controlPlane.apiServer.start();
    await controlPlane.ready();
    assert.deepEqual(await held(), before);
    for (const name of Object.keys(before)) await api.delete(`${servicesPath}/${name}`);
    await api.create(servicesPath, loadBalancerService({ name: 'web-5' }));
    const [address = ''] = await waitForAddresses(api, 'web-5');
    await waitForOwner(cluster(), address, { timeoutMs: 40_000 });
  });
});
