import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAddress } from '../../shared/net/address.ts';
import { configOfPools, type PoolSpecs } from '../../test/support/pool-manifest.ts';
import { dualStack, ipv6Only, parsedService, type ServiceManifest } from '../../test/support/service-manifest.ts';
import { Allocator } from './allocator.ts';
import { type Claim, readClaim } from './claim.ts';
import { sharingConflict } from './sharing.ts';

const addressLists = [
  ['1.0.0.0/30'],
  ['2.0.0.254-2.0.1.2'],
  ['1000::/126'],
  ['3.0.0.1', '3000::1'],
  ['4.0.0.4-4.0.0.6', '4000::/127'],
];

/** Some of the lists, each as a pool with its own rules. */
const pools: fc.Arbitrary<PoolSpecs> = fc
  .tuple(
    ...addressLists.map((addresses, index) =>
      fc.option(
        fc.record(
          {
            // Now and then with an entry that sets the pool aside: it can't be read, or overlaps the first pool.
            addresses: fc.oneof(
              { weight: 5, arbitrary: fc.constant(addresses) },
              { weight: 1, arbitrary: fc.constantFrom([...addresses, 'lan'], [...addresses, '1.0.0.1']) },
            ),
            autoAssign: fc.boolean(),
            avoidBuggyIPs: fc.boolean(),
            serviceAllocation: fc.record({
              priority: fc.nat({ max: 2 }),
              namespaces: fc.constantFrom(['n0'], ['n0', 'n1']),
            }),
          },
          { requiredKeys: ['addresses'] },
        ),
        { freq: 3 + index },
      ),
    ),
  )
  .map((specs) => Object.fromEntries(specs.flatMap((spec, index) => (spec === null ? [] : [[`p${index}`, spec]]))));

const annotations = fc.record(
  {
    'metallb.io/address-pool': fc.constantFrom('p0', 'p3', 'p4', 'nowhere'),
    'metallb.io/loadBalancerIPs': fc.constantFrom('1.0.0.1', '3.0.0.1', '4.0.0.4,4000::1', '9.9.9.9', 'garbage'),
    'metallb.io/allow-shared-ip': fc.constantFrom('k', 'l'),
  },
  { requiredKeys: [] },
);

const service: fc.Arbitrary<ServiceManifest> = fc
  .record({
    index: fc.nat({ max: 9 }),
    // Most Services ask for nothing.
    annotations: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: annotations }),
    families: fc.constantFrom({}, ipv6Only, dualStack, dualStack),
    policy: fc.constantFrom('PreferDualStack', 'RequireDualStack'),
    port: fc.constantFrom(80, 443),
    externalTrafficPolicy: fc.constantFrom('Cluster', 'Cluster', 'Local'),
    app: fc.constantFrom('web', 'cart'),
    status: fc.constantFrom([], [], ['1.0.0.0'], ['3.0.0.1', '3000::1'], ['4000::'], ['9.9.9.9']),
  })
  .map(({ index, families, policy, port, externalTrafficPolicy, app, ...rest }) => ({
    ...rest,
    key: `n${index % 3}/s${index}`,
    spec: {
      ...families,
      ipFamilyPolicy: families === dualStack ? policy : 'SingleStack',
      ports: [{ protocol: 'TCP', port }],
      externalTrafficPolicy,
      selector: { app },
    },
  }));

type Step =
  | { readonly type: 'apply'; readonly manifest: ServiceManifest }
  | { readonly type: 'remove'; readonly key: string }
  | { readonly type: 'configure'; readonly pools: PoolSpecs };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: service.map((manifest): Step => ({ type: 'apply', manifest })) },
  {
    weight: 2,
    arbitrary: fc.nat({ max: 9 }).map((index): Step => ({ type: 'remove', key: `n${index % 3}/s${index}` })),
  },
  { weight: 1, arbitrary: pools.map((specs): Step => ({ type: 'configure', pools: specs })) },
);

/** Checks the allocator after each step against what a slow and simple reading of the rules allows. */
class Watcher {
  #specs: PoolSpecs;
  readonly allocator: Allocator;
  readonly #claims = new Map<string, Claim>();

  constructor(specs: PoolSpecs) {
    this.#specs = specs;
    this.allocator = new Allocator(configOfPools(specs), () => ({}));
  }

  get specs(): PoolSpecs {
    return this.#specs;
  }

  get claims(): readonly Claim[] {
    return [...this.#claims.values()];
  }

  take(what: Step, nowMs: number): void {
    const before = this.#holdings();
    const decided = this.#do(what, nowMs);
    this.#noTwoWithout();
    this.#poolsAllow();
    this.#onlyDecidedMove(before, decided);
    this.#nobodyCouldBeServed();
  }

  #do(what: Step, nowMs: number): ReadonlySet<string> {
    switch (what.type) {
      case 'apply': {
        const claim = readClaim(parsedService(what.manifest));
        this.#claims.set(claim.request.key, claim);
        return this.allocator.update(claim, nowMs);
      }
      case 'remove':
        this.#claims.delete(what.key);
        return this.allocator.remove(what.key, nowMs);
      case 'configure':
        this.#specs = what.pools;
        return this.allocator.configure(configOfPools(what.pools), nowMs);
    }
  }

  #holdings(): ReadonlyMap<string, string> {
    return new Map(
      [...this.#claims.keys()].map((key) => {
        const held = this.allocator.decision(key)?.assignments ?? [];
        return [key, held.map(({ address }) => formatAddress(address)).join()];
      }),
    );
  }

  #noTwoWithout(): void {
    const holders = new Map<string, Claim[]>();
    for (const claim of this.#claims.values()) {
      for (const { address } of this.allocator.decision(claim.request.key)?.assignments ?? []) {
        const text = formatAddress(address);
        for (const other of holders.get(text) ?? []) {
          assert.equal(sharingConflict(claim.request.terms, other.request.terms), undefined, `${text} is held twice`);
        }
        holders.set(text, [...(holders.get(text) ?? []), claim]);
      }
    }
  }

  #poolsAllow(): void {
    const config = configOfPools(this.#specs);
    for (const { request } of this.#claims.values()) {
      const assignments = this.allocator.decision(request.key)?.assignments ?? [];
      const families = assignments.map(({ address }) => address.family);
      assert.deepEqual(
        families,
        request.wish.families.filter((family) => families.includes(family)),
      );
      if (request.wish.quantity === 'all') assert.ok([0, request.wish.families.length].includes(families.length));
      for (const { address, pool: name } of assignments) {
        if (config.setAside.has(name)) continue;
        const pool = config.pools.get(name);
        assert.ok(
          pool?.ranges.some((range) => range.first <= address.value && address.value <= range.last),
          name,
        );
        const namespaces = pool?.allocation?.namespaces ?? [request.namespace];
        assert.ok(namespaces.includes(request.namespace), `${name} does not serve ${request.namespace}`);
      }
    }
  }

  /** Whose decision was not reported has what it had. */
  #onlyDecidedMove(before: ReadonlyMap<string, string>, decided: ReadonlySet<string>): void {
    const after = this.#holdings();
    for (const [key, held] of before) {
      if (after.has(key) && !decided.has(key)) assert.equal(after.get(key), held, key);
    }
  }

  /** Deciding again about anybody changes nothing: who waits can't be served, who is served has no cause to move. */
  #nobodyCouldBeServed(): void {
    const before = this.#holdings();
    for (const claim of this.#claims.values()) this.allocator.update(claim, Number.MAX_SAFE_INTEGER);
    assert.deepEqual(this.#holdings(), before);
  }
}

test('no address twice, each from a pool that allows it, nobody waits who could be served', () => {
  fc.assert(
    fc.property(pools, fc.array(step, { minLength: 1, maxLength: 25 }), (specs, steps) => {
      const watcher = new Watcher(specs);
      for (const [index, what] of steps.entries()) watcher.take(what, index);
    }),
    { numRuns: 400 },
  );
});

test('a restart moves nobody, in whatever order the Services are listed', () => {
  fc.assert(
    fc.property(pools, fc.array(step, { maxLength: 20 }), fc.infiniteStream(fc.nat()), (specs, steps, order) => {
      const watcher = new Watcher(specs);
      for (const [index, what] of steps.entries()) watcher.take(what, index);
      const held = (allocator: Allocator, key: string): string =>
        (allocator.decision(key)?.assignments ?? []).map(({ address }) => formatAddress(address)).join();
      const written = watcher.claims
        .map((claim) => ({
          ...claim,
          assignments: watcher.allocator.decision(claim.request.key)?.assignments ?? [],
        }))
        .map(({ assignments, ...claim }) => ({
          ...claim,
          reported: assignments.map(({ address }) => address),
          reportedPools: assignments.map(({ pool }) => pool),
        }))
        .map((claim) => ({ claim, place: order.next().value ?? 0 }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ claim }) => claim);
      const restarted = new Allocator(configOfPools(watcher.specs), () => ({}));
      restarted.adopt(written, 1_000);
      for (const { request } of written) {
        assert.equal(held(restarted, request.key), held(watcher.allocator, request.key), request.key);
      }
    }),
    { numRuns: 300 },
  );
});
