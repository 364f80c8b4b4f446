import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf } from '../cluster/api/service-addresses.ts';
import { eventually } from '../cluster/eventually.ts';
import { controllerSuite, type RelayedController } from './controller-suite.ts';
import { createPool, createServices, nthAddress, type Placement, placed, toldEvents } from './placement.ts';

const services = 1_000;
const poolSize = 1_020;
/** As client-go's defaults, which Herald has. */
const leaseMs = 15_000;
/** The standby looks at the lease twice a second, and has to write: 2 s on a quiet machine, and more on a busy one. */
const graceMs = 10_000;

await controllerSuite(import.meta.filename, 'hand-over between two controllers', (pair) => {
  let expected: Placement = new Map();

  /** Who leads and who stands by. */
  let leader: RelayedController;
  let standby: RelayedController;

  function swap(): void {
    [leader, standby] = [standby, leader];
  }

  /** A new one each time, so that it must be given an address now; returns how long that took from `sinceMs` on. */
  async function createAndWait(name: string, sinceMs: number, timeoutMs: number): Promise<number> {
    const { api } = pair();
    const address = nthAddress(expected.size);
    await api.create(servicesPath, loadBalancerService({ name }));
    expected = new Map([...expected, [name, address]]);
    await eventually(
      `${name} has ${address}`,
      async () => {
        const [is] = addressesOf(await api.get(`${servicesPath}/${name}`));
        if (is !== undefined) assert.equal(is, address);
        return is;
      },
      timeoutMs,
    );
    return performance.now() - sinceMs;
  }

  async function startStandby(): Promise<void> {
    const from = standby.process.lastLines(1).at(-1) ?? '';
    standby.process.start();
    await eventually('the standby stands by, its caches read', async () => {
      const lines = standby.process.lastLines(2000);
      const text = lines.slice(lines.lastIndexOf(from) + 1).join('\n');
      return (/"event":"standing-by"/.test(text) && /informer-services".*following/.test(text)) || undefined;
    });
  }

  async function noneToldTwice(): Promise<void> {
    const twice = [...(await toldEvents(pair().api))].filter(([, count]) => count > 1);
    assert.deepEqual(twice, []);
  }

  test('kill -9 in the middle of 1,000 allocations: the standby goes on where the leader ended', async (t) => {
    const { api, controllers } = pair();
    [leader, standby] = controllers;
    leader.process.start();
    await leader.process.waitForLine(/"event":"leading"/, 10_000);
    await startStandby();
    expected = await createServices(api, services);
    let written = 0;
    const dead = new Promise<number>((resolve) => {
      leader.relay.onAnswered = ({ path }, status) => {
        if (status !== 200 || !/\/services\/.*\/status$/.test(path)) return;
        written += 1;
        if (written === services / 2) void leader.process.kill('SIGKILL').then(() => resolve(performance.now()));
      };
    });
    await createPool(api, poolSize);
    const deadMs = await dead;
    const had = (await api.list(servicesPath)).filter((service) => addressesOf(service).length > 0).length;
    assert.ok(had > services / 4 && had < services, `${had} had an address`);
    const tookMs = await createAndWait('xyz-after-kill', deadMs, leaseMs + graceMs);
    t.diagnostic(`killed with ${had} of ${services} served; a new Service was served ${Math.round(tookMs)} ms later`);
    await placed(api, expected, poolSize);
    await noneToldTwice();
    swap();
  });

  test('SIGTERM: the standby serves a new Service long before the lease ends, and tells no event again', async (t) => {
    const { api } = pair();
    for (let round = 0; round < 3; round += 1) {
      await startStandby();
      const before = await settledEvents();
      const sentMs = performance.now();
      const ending = leader.process.kill('SIGTERM');
      const name = `xyz-term-${round}`;
      const tookMs = await createAndWait(name, sentMs, 5_000);
      await ending;
      t.diagnostic(`served after ${Math.round(tookMs)} ms`);
      await placed(api, expected, poolSize);
      const news = [...(await settledEvents())].filter(([event, count]) => before.get(event) !== count);
      assert.deepEqual(
        news.map(([event, count]) => `${event.split(' ')[0]} ${event.split(' ')[2]} ${count}`),
        [`${name} IPAllocated 1`],
      );
      swap();
    }
  });

  test('a leader that is stopped for longer than its lease writes nothing once it goes on', async (t) => {
    const { api } = pair();
    await startStandby();
    await settledEvents();
    await leader.process.kill('SIGSTOP');
    const stoppedMs = performance.now();
    const tookMs = await createAndWait('xyz-stopped', stoppedMs, leaseMs + graceMs);
    // The stopped one will find them in its watch before it knows that it leads no more.
    await createAndWait('xyz-stopped-2', stoppedMs, leaseMs + graceMs);
    await standby.process.kill('SIGSTOP');
    await api.create(servicesPath, loadBalancerService({ name: 'xyz-unserved' }));
    expected = new Map([...expected, ['xyz-unserved', nthAddress(expected.size)]]);
    await delay(100);
    const resumedMs = performance.now();
    await leader.process.kill('SIGCONT');
    await delay(3_000);
    const writes = leader.relay.writes.filter(({ atMs }) => atMs >= resumedMs);
    t.diagnostic(`served after ${Math.round(tookMs)} ms; writes of the one that lost: ${writes.length}`);
    assert.deepEqual(writes, []);
    await standby.process.kill('SIGCONT');
    await placed(api, expected, poolSize);
    await noneToldTwice();
  });

  /** Waits until no more events come. */
  async function settledEvents(): Promise<ReadonlyMap<string, number>> {
    let before = -1;
    return eventually(
      'no more events',
      async () => {
        await delay(500);
        const told = await toldEvents(pair().api);
        if (told.size === before) return told;
        before = told.size;
        return undefined;
      },
      30_000,
    );
  }
});
