import { Allocator } from '../../controller/allocator/allocator.ts';
import type { Claim } from '../../controller/allocator/claim.ts';
import type { FamilyWish } from '../../controller/allocator/families.ts';
import type { Config } from '../../shared/config/model.ts';
import type { IpFamily } from '../../shared/net/address.ts';
import type { AddressRange } from '../../shared/net/address-range.ts';

/** How the addresses in use lie in the pool: one run from its start, or with holes where others were released at random. */
export type Layout = 'contiguous' | 'fragmented';

export interface DecisionCost {
  readonly family: IpFamily;
  readonly layout: Layout;
  readonly inUse: number;
  readonly allocations: number;
  readonly perSecond: number;
  readonly microsecondsEach: number;
  /** Taking over all that is in use, for the whole of it. Not part of the above. */
  readonly adoptSeconds: number;
}

interface Scenario {
  readonly family: IpFamily;
  readonly layout: Layout;
  readonly inUse: number;
}

/** 10.0.0.0/8 and 2001:db8::/64. */
const ranges: Readonly<Record<IpFamily, AddressRange>> = {
  IPv4: { family: 'IPv4', first: 0x0a00_0000n, last: 0x0aff_ffffn },
  IPv6: { family: 'IPv6', first: 0x2001_0db8n << 96n, last: (0x2001_0db8n << 96n) + 2n ** 64n - 1n },
};
const wishes: Readonly<Record<IpFamily, FamilyWish>> = {
  IPv4: { families: ['IPv4'], quantity: 'all' },
  IPv6: { families: ['IPv6'], quantity: 'all' },
};
const largestBatch = 1_000;
const warmUpMs = 300;
const measuredMs = 1_500;
const labels = {};
const createdMs = 1_700_000_000_000;

/**
 * What one allocation costs with so many addresses in use. Timed is `Allocator.update` with a Service that it has not
 * seen: the whole decision, its reasons included, and its booking. Not timed are reading the Service from its object,
 * and the removals between the batches that keep the number in use as it is. The time is what this thread spent,
 * collections of garbage included: what else runs on the machine meanwhile is none of the decisions' doing.
 */
export function measureDecisions(scenario: Scenario): DecisionCost {
  const { family, layout, inUse } = scenario;
  const random = pseudoRandom(7);
  const allocator = new Allocator(configOf(ranges[family]), () => labels);
  const first = ranges[family].first;
  const services: string[] = [];
  let created = 0;
  const next = (reported: Claim['reported'] = []): Claim => {
    created += 1;
    return claimOf(`default/service-${created}`, family, reported);
  };
  const startMs = performance.now();
  const held = layout === 'contiguous' ? inUse : Math.ceil(inUse * 1.25);
  const claims = Array.from({ length: held }, (_, index) => next([{ family, value: first + BigInt(index) }]));
  allocator.adopt(claims, 0);
  const adoptSeconds = (performance.now() - startMs) / 1000;
  for (const { request } of claims) services.push(request.key);
  claims.length = 0;
  const removeOne = (index: number): void => {
    const key = services[index];
    const last = services.pop();
    if (key === undefined || last === undefined) return;
    if (index < services.length) services[index] = last;
    allocator.remove(key, 0);
  };
  while (services.length > inUse) removeOne(Math.floor(random() * services.length));

  const batchSize = Math.min(inUse, largestBatch);
  /** Microseconds; the kernel counts them by its ticks, so that only the sum of many means something. */
  const batch = (): number => {
    const newcomers = Array.from({ length: batchSize }, () => next());
    const before = process.threadCpuUsage();
    for (const claim of newcomers) allocator.update(claim, 0);
    const { user, system } = process.threadCpuUsage(before);
    for (const { request } of newcomers) {
      if (allocator.decision(request.key)?.assignments.length !== 1) throw new Error(`${request.key} has no address`);
      services.push(request.key);
    }
    while (services.length > inUse) {
      removeOne(layout === 'contiguous' ? services.length - 1 : Math.floor(random() * services.length));
    }
    return user + system;
  };
  for (const endMs = performance.now() + warmUpMs; performance.now() < endMs; ) batch();
  const batches: number[] = [];
  for (const endMs = performance.now() + measuredMs; performance.now() < endMs; ) batches.push(batch());
  const mean = batches.reduce((sum, each) => sum + each, 0) / (batches.length * batchSize);
  return {
    ...scenario,
    allocations: batches.length * batchSize,
    perSecond: Math.round(1e6 / mean),
    microsecondsEach: mean,
    adoptSeconds,
  };
}

function claimOf(key: string, family: IpFamily, reported: Claim['reported']): Claim {
  const terms = { key: '', ports: ['TCP/80'], backends: 'cluster' };
  const wish = wishes[family];
  return {
    request: {
      key,
      namespace: 'default',
      labels,
      createdMs,
      wish,
      pool: undefined,
      addresses: [],
      terms,
      problem: undefined,
    },
    uid: key,
    reported,
    reportedPools: [],
    waitingSinceMs: undefined,
  };
}

function configOf(range: AddressRange): Config {
  const pool = {
    name: 'lan',
    labels,
    ranges: [range],
    excluded: [],
    autoAssign: true,
    avoidBuggyIPs: false,
    conflictCheck: false,
    allocation: undefined,
  };
  return { source: 'resources', pools: new Map([['lan', pool]]), advertisements: [], setAside: new Set() };
}

/** A linear congruential generator: every run releases the same. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
