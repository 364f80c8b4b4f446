import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Labels } from '../../shared/api/label-selector.ts';
import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { Config } from '../../shared/config/model.ts';
import { formatAddress, type IpFamily, parseAddress } from '../../shared/net/address.ts';
import {
  changedLayout,
  type LayoutChange,
  layoutChange,
  type PoolLayout,
  poolLayout,
  poolsOf,
} from '../../test/support/pool-layouts.ts';
import { configOfPools, type PoolSpecs } from '../../test/support/pool-manifest.ts';
import {
  type ReferencePool,
  type ReferencePools,
  referencePools,
  whyRefused,
} from '../../test/support/reference-pools.ts';
import { familyOf, mayShare, readAsk, type Wish } from '../../test/support/reference-wish.ts';
import { parsedService } from '../../test/support/service-manifest.ts';
import { manifestOf, type WrittenWish, wishKey, writtenWish } from '../../test/support/wishes.ts';
import { Allocator } from './allocator.ts';
import { type Claim, readClaim } from './claim.ts';
import type { Loss } from './decision.ts';
import type { ForeignUses } from './foreign-use.ts';

const serviceCount = 10;

type Step =
  | { readonly type: 'apply'; readonly written: WrittenWish; readonly status: readonly string[] }
  | { readonly type: 'remove'; readonly index: number }
  | { readonly type: 'configure'; readonly changes: readonly LayoutChange[] }
  | { readonly type: 'foreign'; readonly ips: readonly string[] }
  | { readonly type: 'label'; readonly namespace: string; readonly labels: Labels };

const apply = fc.record({
  type: fc.constant('apply' as const),
  written: writtenWish(serviceCount),
  status: fc.constantFrom([], [], [], ['10.0.0.0'], ['10.0.0.2', 'fd00::1'], ['9.9.9.9']),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 7, arbitrary: apply },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('remove' as const), index: fc.nat({ max: serviceCount - 1 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('configure' as const),
      changes: fc.array(layoutChange, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('foreign' as const),
      ips: fc.subarray(['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.0.5', 'fd00::', 'fd00::1', '9.9.9.9']),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('label' as const),
      namespace: fc.constantFrom('n0', 'n1', 'n2'),
      labels: fc.constantFrom<Labels>({}, { team: 'red' }, { team: 'blue' }),
    }),
  },
);
const steps = fc.array(step, { minLength: 1, maxLength: 25, size: 'max' });

/** Of pools that all have `conflictCheck`. */
function checkedConfigOf(specs: PoolSpecs): Config {
  const checked = Object.entries(specs).map(([name, spec]) => [name, { ...spec, conflictCheck: true }]);
  return configOfPools(Object.fromEntries(checked));
}

/** What other machines use. */
function foreignUses(ips: Iterable<string>): ForeignUses {
  const by = { mac: '02:00:00:00:00:99', interface: 'eth0', node: 'node-a', untilMs: 600_000 };
  return new Map(Array.from(ips, (ip) => [ip, { address: parseAddress(ip) ?? assert.fail(ip), ...by }]));
}

interface Held {
  readonly ip: string;
  readonly pool: string;
}

/** Checks the allocator after each step against the rules, of which each is looked up in all that there is. */
class Watcher {
  readonly allocator: Allocator;
  readonly claims = new Map<ObjectKey, Claim>();
  readonly #labels = new Map<string, Labels>();
  readonly #wishes = new Map<ObjectKey, Wish>();
  foreign: ForeignUses = foreignUses([]);
  #layout: PoolLayout;
  #pools: ReferencePools;
  /** Before the step. */
  #had: ReadonlyMap<ObjectKey, readonly Held[]> = new Map();

  constructor(layout: PoolLayout) {
    this.#layout = layout;
    this.#pools = referencePools(poolsOf(layout));
    this.allocator = new Allocator(checkedConfigOf(poolsOf(layout)), this.labelsOf);
  }

  get pools() {
    return poolsOf(this.#layout);
  }

  readonly labelsOf = (namespace: string): Labels => this.#labels.get(namespace) ?? {};

  take(what: Step, nowMs: number): void {
    this.#had = this.holdings();
    const decided = this.#do(what, nowMs);
    assert.deepEqual(decided, [...new Set(decided)], 'a Service is named twice');
    for (const wish of this.#wishes.values()) {
      this.#checkAddresses(wish);
      this.#checkMoves(wish, decided.includes(wish.key));
      this.#checkWait(wish);
    }
    this.#nothingIsLeftToDecide();
  }

  holdings(): ReadonlyMap<ObjectKey, readonly Held[]> {
    return new Map(
      [...this.#wishes.keys()].map((key) => {
        const held = this.allocator.decision(key)?.assignments ?? [];
        return [key, held.map(({ address, pool }) => ({ ip: formatAddress(address), pool }))];
      }),
    );
  }

  #do(what: Step, nowMs: number): readonly ObjectKey[] {
    switch (what.type) {
      case 'apply': {
        const { wish } = what.written;
        const claim = readClaim(parsedService({ ...manifestOf(what.written), status: what.status }));
        this.#wishes.set(wish.key, wish);
        this.claims.set(wish.key, claim);
        return this.allocator.update(claim, nowMs);
      }
      case 'remove':
        this.#wishes.delete(wishKey(what.index));
        this.claims.delete(wishKey(what.index));
        return this.allocator.remove(wishKey(what.index), nowMs);
      case 'configure':
        this.#layout = what.changes.reduce(changedLayout, this.#layout);
        this.#pools = referencePools(this.pools);
        return this.allocator.configure(checkedConfigOf(this.pools), nowMs);
      case 'foreign':
        this.foreign = foreignUses(what.ips);
        return this.allocator.setForeign(this.foreign, nowMs);
      case 'label':
        this.#labels.set(what.namespace, what.labels);
        return this.allocator.namespaceChanged(what.namespace, nowMs);
    }
  }

  #held(wish: Wish): readonly Held[] {
    return this.holdings().get(wish.key) ?? [];
  }

  /** No address twice unless the rules of sharing allow it; each from a pool that allows the Service; families as wished. */
  #checkAddresses(wish: Wish): void {
    const held = this.#held(wish);
    const families = held.map(({ ip }) => familyOf(ip));
    assert.deepEqual(
      families,
      wish.families.filter((family) => families.includes(family)),
      wish.key,
    );
    if (wish.policy === 'RequireDualStack') assert.ok([0, wish.families.length].includes(held.length), wish.key);
    for (const { ip, pool: name } of held) {
      assert.ok(this.#isFree(ip, wish), `${ip} of ${wish.key} is not for two`);
      assert.ok(!this.#isForeign(ip), `${ip} of ${wish.key} is in use by another machine`);
      const pool = this.#poolOf(ip);
      if (pool === undefined) assert.ok(this.#pools.setAside.has(name), `no pool has ${ip} of ${wish.key}`);
      else assert.deepEqual([pool.name, this.#refused(pool, wish)], [name, undefined], wish.key);
    }
  }

  /** Only those who were decided upon move, and only for one of the causes in the rules, which must be true. */
  #checkMoves(wish: Wish, decided: boolean): void {
    const held = this.#held(wish);
    const before = this.#had.get(wish.key) ?? [];
    const gone = before.filter(({ ip }) => held.every((one) => one.ip !== ip));
    if (gone.length > 0 || held.length > before.length) assert.ok(decided, `${wish.key} moved untold`);
    for (const { ip, pool } of gone) {
      const lost = this.allocator.decision(wish.key)?.lost.find(({ address }) => formatAddress(address) === ip);
      assert.ok(lost, `${wish.key} lost ${ip} without a cause`);
      assert.ok(this.#isTrue(lost.reason, ip, pool, wish), `${wish.key} lost ${ip}: ${lost.reason}`);
    }
  }

  #isTrue(reason: Loss['reason'], ip: string, pool: string, wish: Wish): boolean {
    switch (reason) {
      case 'notInAnyPool':
        return this.#poolOf(ip) === undefined && !this.#pools.setAside.has(pool);
      case 'poolRefuses': {
        const found = this.#poolOf(ip);
        return found !== undefined && this.#refused(found, wish) !== undefined;
      }
      case 'familyNotWanted':
        return !wish.families.includes(familyOf(ip));
      case 'heldByAnother':
        return !this.#isFree(ip, wish) || this.#others(this.#had, wish).some((other) => other.ip === ip);
      case 'usedByOthers':
        return this.foreign.has(ip);
      case 'otherRequested': {
        const name = this.#poolOf(ip)?.name ?? pool;
        const asked = readAsk(wish);
        if ((wish.pool ?? name) !== name) return true;
        return typeof asked !== 'string' && asked.length > 0 && !asked.includes(ip);
      }
      case 'otherFamilyLost':
        return wish.policy === 'RequireDualStack';
      case 'serviceLeft':
        return false;
    }
  }

  /** Who is refused what it asks for can't have it; who is not has it all, or lacks a family that its pool can't give. */
  #checkWait(wish: Wish): void {
    const held = this.#held(wish);
    const decision = this.allocator.decision(wish.key);
    if (decision?.refusal !== undefined) {
      assert.ok(!this.#couldHave(wish, held), `${wish.key} could be served`);
      return;
    }
    assert.ok(held.length > 0, `${wish.key} has nothing, and no reason`);
    const asked = readAsk(wish);
    assert.ok(typeof asked !== 'string' && asked.every((ip) => held.some((one) => one.ip === ip)), wish.key);
    assert.ok(
      held.every(({ pool }) => (wish.pool ?? pool) === pool),
      `${wish.key} is not in the pool that it asks for`,
    );
    if (held.length === wish.families.length) return;
    const missing = wish.families.filter((family) => held.every(({ ip }) => familyOf(ip) !== family));
    const pool = this.#pools.inForce.find(({ name }) => name === held[0]?.pool);
    assert.ok(
      pool === undefined || !missing.some((family) => this.#gives(pool, family, wish)),
      `${wish.key} could be completed`,
    );
  }

  #couldHave(wish: Wish, held: readonly Held[]): boolean {
    const asked = readAsk(wish);
    if (typeof asked === 'string') return false;
    if (asked.length > 0) return asked.every((ip) => this.#mayAsk(ip, wish, held));
    return this.#pools.inForce.some((pool) => {
      if (wish.pool === undefined ? !pool.autoAssign : wish.pool !== pool.name) return false;
      if (this.#refused(pool, wish) !== undefined) return false;
      const gives = (family: IpFamily): boolean => this.#gives(pool, family, wish);
      return wish.policy === 'PreferDualStack' ? wish.families.some(gives) : wish.families.every(gives);
    });
  }

  #mayAsk(ip: string, wish: Wish, held: readonly Held[]): boolean {
    const pool = this.#poolOf(ip);
    const name = pool?.name ?? held.find((one) => one.ip === ip)?.pool;
    if (name === undefined || (wish.pool ?? name) !== name) return false;
    return (pool === undefined || this.#refused(pool, wish) === undefined) && this.#isFree(ip, wish);
  }

  #gives(pool: ReferencePool, family: IpFamily, wish: Wish): boolean {
    return pool.addresses.some((ip) => familyOf(ip) === family && this.#isFree(ip, wish));
  }

  #isFree(ip: string, wish: Wish): boolean {
    if (this.#isForeign(ip)) return false;
    return this.#others(this.holdings(), wish).every((other) => other.ip !== ip || mayShare(wish, other.wish));
  }

  /** What was given from a pool that is set aside now stays, whoever else uses it. */
  #isForeign(ip: string): boolean {
    return this.foreign.has(ip) && this.#poolOf(ip) !== undefined;
  }

  #others(
    holdings: ReadonlyMap<ObjectKey, readonly Held[]>,
    { key }: Wish,
  ): readonly (Held & { readonly wish: Wish })[] {
    const others = [...this.#wishes.values()].filter((wish) => wish.key !== key);
    return others.flatMap((wish) => (holdings.get(wish.key) ?? []).map((held) => ({ ...held, wish })));
  }

  #poolOf(ip: string): ReferencePool | undefined {
    return this.#pools.inForce.find(({ addresses }) => addresses.includes(ip));
  }

  #refused(pool: ReferencePool, wish: Wish): string | undefined {
    return whyRefused(pool, wish, this.labelsOf(wish.namespace));
  }

  /** Deciding again about anybody changes nothing. */
  #nothingIsLeftToDecide(): void {
    const before = this.holdings();
    for (const claim of this.claims.values()) this.allocator.update(claim, Number.MAX_SAFE_INTEGER);
    assert.deepEqual(this.holdings(), before);
  }
}

test('in a thousand random orders of random Services over random pools each step leaves all rules kept', () => {
  fc.assert(
    fc.property(poolLayout, steps, (layout, order) => {
      const watcher = new Watcher(layout);
      for (const [index, what] of order.entries()) watcher.take(what, index);
    }),
    { numRuns: 1_000 },
  );
});

test('a restart moves nobody, in whatever order the Services are listed', () => {
  fc.assert(
    fc.property(poolLayout, steps, fc.infiniteStream(fc.nat()), (layout, order, places) => {
      const watcher = new Watcher(layout);
      for (const [index, what] of order.entries()) watcher.take(what, index);
      const written = [...watcher.claims.values()].map((claim) => {
        const assignments = watcher.allocator.decision(claim.request.key)?.assignments ?? [];
        const reported = assignments.map(({ address }) => address);
        const reportedPools = [...new Set(assignments.map(({ pool }) => pool))];
        return { claim: { ...claim, reported, reportedPools }, place: places.next().value ?? 0 };
      });
      const listed = written.toSorted((a, b) => a.place - b.place).map(({ claim }) => claim);
      const restarted = new Allocator(checkedConfigOf(watcher.pools), watcher.labelsOf, watcher.foreign);
      restarted.adopt(listed, 1_000);
      restarted.loseStrays(2_000);
      for (const { request } of listed) {
        const held = restarted.decision(request.key)?.assignments;
        assert.deepEqual(held, watcher.allocator.decision(request.key)?.assignments, request.key);
      }
    }),
    { numRuns: 500 },
  );
});
