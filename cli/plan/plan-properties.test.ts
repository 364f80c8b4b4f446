import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decision } from '../../controller/allocator/decision.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import type { JsonObject } from '../../shared/api/json.ts';
import { buildConfig } from '../../shared/config/build-config.ts';
import { lostPools } from '../../shared/config/lost-pools.ts';
import type { Config } from '../../shared/config/model.ts';
import { AllocationWorld, heldOf } from '../../test/support/allocation-world.ts';
import { clusterOf } from '../../test/support/cluster-objects.ts';
import { type PoolLayout, poolLayout, poolsOf } from '../../test/support/pool-layouts.ts';
import { poolManifest } from '../../test/support/pool-manifest.ts';
import { serviceManifest } from '../../test/support/service-manifest.ts';
import { manifestOf, type WrittenWish, writtenWish } from '../../test/support/wishes.ts';
import { readManifests } from './manifests.ts';
import { planReport } from './plan-report.ts';

const numRuns = 500;
const place = { namespace: 'herald-system', configMapName: 'config' };

/** Services that came one after the other, while the pools changed. */
interface History {
  readonly steps: readonly ({ readonly wish: WrittenWish } | { readonly layout: PoolLayout })[];
  readonly next: PoolLayout;
  readonly verb: 'apply' | 'delete';
}

const history: fc.Arbitrary<History> = fc.record({
  steps: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ wish: writtenWish(8) }) },
      { weight: 1, arbitrary: fc.record({ layout: poolLayout }) },
    ),
    { minLength: 1, maxLength: 14 },
  ),
  next: poolLayout,
  verb: fc.constantFrom('apply', 'apply', 'delete'),
});

type Pools = ReadonlyMap<string, JsonObject>;

function poolsIn(layout: PoolLayout): Pools {
  return new Map(Object.entries(poolsOf(layout)).map(([name, spec]) => [name, poolManifest(name, { ...spec })]));
}

/** Pools of one second: which of two that overlap serves is for their names to say, in the plan as well. */
function configOf(pools: Pools): Config {
  const { config } = buildConfig({ ...inputsOf(pools), advertisements: [], configMap: undefined });
  assert.ok(config !== undefined);
  return config;
}

function inputsOf(pools: Pools) {
  return { namespace: place.namespace, pools: [...pools.values()].map(ipAddressPoolResource.parse) };
}

/** What the API server would have afterwards; a new pool is younger than all others. */
function afterwards(pools: Pools, named: Pools, verb: History['verb'], createdAt: string): Pools {
  const left = new Map([...pools].filter(([name]) => verb === 'apply' || !named.has(name)));
  if (verb === 'delete') return left;
  for (const [name, manifest] of named) {
    const metadata = { ...Object(manifest['metadata']), ...(pools.has(name) ? {} : { creationTimestamp: createdAt }) };
    left.set(name, { ...manifest, metadata });
  }
  return left;
}

test('what is foretold is what the controller then does', () => {
  let restarted = 0;
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(history, ({ steps, next, verb }) => {
      let pools: Pools = new Map();
      let nowMs = Date.UTC(2026, 0, 1);
      // Since when a Service waits that has an address no object says: only a controller that starts now knows no more.
      let unclear = false;
      const world = new AllocationWorld(configOf(pools));
      for (const step of steps) {
        // As fine as a status tells time.
        nowMs += 1_000;
        if ('wish' in step) {
          const manifest = manifestOf(step.wish);
          world.put(step.wish.wish.key, serviceManifest(manifest), undefined, nowMs);
        } else {
          pools = poolsIn(step.layout);
          world.configure(configOf(pools), nowMs);
        }
        unclear ||= world.keys().some((key) => waitsWithAddress(world.decision(key, nowMs)));
      }

      nowMs += 1_000;
      const named = poolsIn(next);
      const text = [...named.values()].map((manifest) => JSON.stringify(manifest)).join('\n---\n');
      const read = readManifests([{ name: 'next.yaml', text }], place);
      if (!read.ok) return;
      const report = planReport({
        cluster: {
          ...clusterOf({ advertisements: [] }),
          nowMs,
          services: world.services(),
          namespaces: world.namespaces(),
          pools: inputsOf(pools).pools,
        },
        manifests: read.manifests,
        verb,
      });

      if (unclear) {
        world.restart(nowMs);
        restarted += 1;
      }
      const before = new Map(world.keys().map((key) => [key, heldOf(world.decision(key, nowMs))]));
      const inForce = configOf(pools);
      const config = configOf(afterwards(pools, named, verb, new Date(nowMs).toISOString()));
      const leaving = lostPools(inForce, config);
      if (leaving.size > 0) world.configure({ ...config, leaving }, nowMs);
      world.configure(config, nowMs);

      assert.equal(report.services.length, world.keys().length);
      for (const { service, from, to, change } of report.services) {
        seen.set(change, (seen.get(change) ?? 0) + 1);
        assert.deepEqual(texts(from), before.get(service), `${service} before`);
        assert.deepEqual(texts(to), heldOf(world.decision(service, nowMs)), `${service} after`);
      }
    }),
    { numRuns },
  );
  assert.ok(restarted < numRuns / 2, `${restarted} controllers were restarted`);
  for (const change of ['keeps', 'moves', 'loses', 'gains', 'waits']) {
    assert.ok((seen.get(change) ?? 0) > 20, `${change} was seen ${seen.get(change)} times`);
  }
});

function waitsWithAddress(decision: Decision | undefined): boolean {
  if (decision === undefined || decision.assignments.length === 0) return false;
  return decision.incomplete || decision.refusal !== undefined;
}

function texts(addresses: readonly { readonly address: string; readonly pool: string }[]): readonly string[] {
  return addresses.map(({ address, pool }) => `${address} of ${pool}`);
}
