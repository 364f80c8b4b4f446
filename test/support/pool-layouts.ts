import fc from 'fast-check';
import type { AllocationSpec, PoolSpec } from './reference-pools.ts';

/** Entries of address lists, few and small, so that Services run out of them. */
const entries = ['10.0.0.0/31', '10.0.0.2', '10.0.0.4', '10.0.0.255-10.0.1.1', 'fd00::/127', 'fd00::2'] as const;
const names = ['a', 'b', 'c', 'd'] as const;
type Owner = (typeof names)[number] | 'nobody';
type Rules = Omit<PoolSpec, 'addresses'> & { readonly alsoAddress: string | undefined };

/** Which pool has which entry, and the rules of each pool. */
export interface PoolLayout {
  readonly owners: readonly Owner[];
  readonly rules: Readonly<Record<Owner, Rules>>;
}

export type LayoutChange =
  /** Pools grow, shrink, are split and go. */
  | { readonly type: 'give'; readonly entry: number; readonly to: Owner }
  | { readonly type: 'rename'; readonly from: Owner; readonly to: Owner }
  | { readonly type: 'rule'; readonly pool: Owner; readonly rules: Partial<Rules> };

const plain: Rules = { alsoAddress: undefined };
const owner = fc.constantFrom<Owner>('a', 'a', 'b', 'b', 'c', 'nobody', 'nobody');

const selectors = {
  priority: fc.nat({ max: 2 }),
  namespaces: fc.subarray(['n0', 'n1']),
  namespaceSelectors: fc.subarray([{ matchLabels: { team: 'red' } }, { matchLabels: { team: 'blue' } }]),
  serviceSelectors: fc.subarray([{ matchLabels: { tier: 'front' } }, { matchLabels: { tier: 'back' } }]),
};
const serviceAllocation: fc.Arbitrary<AllocationSpec> = fc.record(selectors, { requiredKeys: [] });

const rules: fc.Arbitrary<Partial<Rules>> = fc.oneof(
  fc.record({ autoAssign: fc.boolean() }),
  fc.record({ avoidBuggyIPs: fc.boolean() }),
  fc.record({ excludeAddresses: fc.subarray(['10.0.0.1', '10.0.0.3-10.0.0.255', 'fd00::', 'fd00::2']) }),
  fc.record({ serviceAllocation }),
  fc.record({ serviceAllocation }),
  fc.constant({ serviceAllocation: undefined }),
  // What can't be read, or stands in another pool too, sets the pool aside.
  fc.record({ alsoAddress: fc.constantFrom('lan', '10.0.0.1', '10.0.0.4', 'fd00::2') }),
  fc.constant({ alsoAddress: undefined }),
  fc.constant(plain),
);

export const poolLayout: fc.Arbitrary<PoolLayout> = fc
  .record({
    owners: fc.tuple(...entries.map(() => owner)),
    rules: fc.array(fc.tuple(fc.constantFrom(...names), rules), { maxLength: 4 }),
  })
  .map(({ owners, rules: some }) =>
    some.reduce<PoolLayout>((layout, [pool, one]) => changedLayout(layout, { type: 'rule', pool, rules: one }), {
      owners,
      rules: { a: plain, b: plain, c: plain, d: plain, nobody: plain },
    }),
  );

export const layoutChange: fc.Arbitrary<LayoutChange> = fc.oneof(
  fc.record({ type: fc.constant('give'), entry: fc.nat({ max: entries.length - 1 }), to: owner }),
  fc.record({ type: fc.constant('rename'), from: fc.constantFrom(...names), to: fc.constantFrom(...names) }),
  fc.record({ type: fc.constant('rule'), pool: fc.constantFrom(...names), rules }),
);

export function changedLayout(layout: PoolLayout, change: LayoutChange): PoolLayout {
  switch (change.type) {
    case 'give':
      return { ...layout, owners: layout.owners.with(change.entry, change.to) };
    case 'rename':
      return {
        owners: layout.owners.map((name) => (name === change.from ? change.to : name)),
        rules: { ...layout.rules, [change.to]: layout.rules[change.from] },
      };
    case 'rule':
      return {
        ...layout,
        rules: { ...layout.rules, [change.pool]: { ...layout.rules[change.pool], ...change.rules } },
      };
  }
}

/** The pools that have any addresses. */
export function poolsOf({ owners, rules: all }: PoolLayout): Readonly<Record<string, PoolSpec>> {
  const specs = names.map((name): readonly [string, PoolSpec] => {
    const { alsoAddress, ...rest } = all[name];
    const own = entries.filter((_, index) => owners[index] === name);
    return [name, { ...rest, addresses: own.length === 0 || alsoAddress === undefined ? own : [...own, alsoAddress] }];
  });
  return Object.fromEntries(specs.filter(([, { addresses }]) => addresses.length > 0));
}
