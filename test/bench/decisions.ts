import { Allocator } from '../../controller/allocator/allocator.ts';
import type { Claim } from '../../controller/allocator/claim.ts';
import type { FamilyWish } from '../../controller/allocator/families.ts';
import type { Config } from '../../shared/config/model.ts';
import type { IpFamily } from '../../shared/net/address.ts';
import type { AddressRange } from '../../shared/net/address-range.ts';

/** How the addresses in use lie in the pool: one run from its start, or with holes where others were released at random. */
export type Layout = 'contiguous' | 'fragmented';

export interface Scenario {
  readonly family: IpFamily;
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
const labels = {};
const createdMs = 1_700_000_000_000;

/** An allocator with so many addresses in use, to see what one more decision costs. */
export class Decisions {
  readonly #scenario: Scenario;
  readonly #allocator: Allocator;
  readonly #random = pseudoRandom(7);
  /** Those that have an address, in the order of their addresses where the layout is contiguous. */
  readonly #services: string[] = [];
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  #created = 0;
  #layout: Layout = 'contiguous';

  constructor(scenario: Scenario) {
    const { family, inUse } = scenario;
    this.#scenario = scenario;
    this.#allocator = new Allocator(configOf(ranges[family]), () => labels);
    const { first } = ranges[family];
    const claims = Array.from({ length: inUse }, (_, index) => this.#next([{ family, value: first + BigInt(index) }]));
    this.#allocator.adopt(claims, 0);
    for (const { request } of claims) this.#services.push(request.key);
  }

  /** Makes one hole for four in use. */
  fragment(): void {
    this.#layout = 'fragmented';
    const { inUse } = this.#scenario;
    while (this.#services.length < inUse * 1.25) {
      const newcomer = this.#next();
      this.#allocator.update(newcomer, 0);
      this.#list(newcomer.request.key);
    }
    while (this.#services.length > inUse) this.#removeOne(this.#anyIndex());
  }

  /**
   * So many decisions; returns the microseconds that they took. Timed is `Allocator.update` with a Service that it has
   * not seen: the whole decision, its reasons included, and its booking. Not timed are reading the Service from its object,
   * and the removals between the batches that keep the number in use as it is. The time is what this thread spent,
   * collections of garbage included: what else runs on the machine meanwhile is none of the decisions' doing.
   */
  window(decisions: number): number {
    const batchSize = Math.min(this.#scenario.inUse, largestBatch);
    let microseconds = 0;
    for (let done = 0; done < decisions; done += batchSize) microseconds += this.#batch(batchSize);
    return microseconds;
  }

  #batch(size: number): number {
    const newcomers = Array.from({ length: size }, () => this.#next());
    const isLarge = size === largestBatch;
    if (isLarge) this.#sleep();
    const before = process.threadCpuUsage();
    for (const claim of newcomers) this.#allocator.update(claim, 0);
    if (isLarge) this.#sleep();
    const { user, system } = process.threadCpuUsage(before);
    for (const { request } of newcomers) this.#list(request.key);
    while (this.#services.length > this.#scenario.inUse) {
      this.#removeOne(this.#layout === 'contiguous' ? this.#services.length - 1 : this.#anyIndex());
    }
    return user + system;
  }

  /**
   * For a moment: the kernel brings a thread's time up to date at its ticks, every 4 ms, and when the thread gives way. It
   * costs 20 us, too much for a batch of ten: those are many, so that the ticks even out.
   */
  #sleep(): void {
    Atomics.wait(this.#cell, 0, 0, 0.01);
  }

  #list(key: string): void {
    if (this.#allocator.decision(key)?.assignments.length !== 1) throw new Error(`${key} has no address`);
    this.#services.push(key);
  }

  #next(reported: Claim['reported'] = []): Claim {
    this.#created += 1;
    return claimOf(`default/service-${this.#created}`, this.#scenario.family, reported);
  }

  #anyIndex(): number {
    return Math.floor(this.#random() * this.#services.length);
  }

  #removeOne(index: number): void {
    const key = this.#services[index];
    const last = this.#services.pop();
    if (key === undefined || last === undefined) return;
    if (index < this.#services.length) this.#services[index] = last;
    this.#allocator.remove(key, 0);
  }
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
