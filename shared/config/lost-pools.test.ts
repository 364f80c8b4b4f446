import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOfPools, type PoolSpecs } from '../../test/support/pool-manifest.ts';
import { lostPools } from './lost-pools.ts';

const before: PoolSpecs = { a: { addresses: ['10.0.0.0/30', '2001:db8::/127'] } };
const broken: PoolSpecs = { a: { addresses: ['10.0.0.400'] } };

const rows: readonly {
  readonly what: string;
  readonly from?: PoolSpecs;
  readonly to: PoolSpecs;
  readonly loses: readonly string[];
}[] = [
  { what: 'the same pools', to: before, loses: [] },
  { what: 'a pool that grows', to: { a: { addresses: ['10.0.0.0/24', '2001:db8::/64'] } }, loses: [] },
  { what: 'another name', to: { b: { addresses: ['10.0.0.0/30', '2001:db8::/127'] } }, loses: [] },
  {
    what: 'a pool in parts',
    to: { a: { addresses: ['10.0.0.0-10.0.0.1', '2001:db8::/127'] }, b: { addresses: ['10.0.0.2-10.0.0.3'] } },
    loses: [],
  },
  { what: 'one part only', to: { a: { addresses: ['10.0.0.0-10.0.0.1', '2001:db8::/127'] } }, loses: ['a'] },
  {
    what: 'a pool without its last address',
    to: { a: { addresses: ['10.0.0.0-10.0.0.2', '2001:db8::/127'] } },
    loses: ['a'],
  },
  { what: 'a pool without one of its families', to: { a: { addresses: ['10.0.0.0/30'] } }, loses: ['a'] },
  {
    what: 'an address that is excluded now',
    to: { a: { addresses: ['10.0.0.0/30', '2001:db8::/127'], excludeAddresses: ['10.0.0.1'] } },
    loses: ['a'],
  },
  { what: 'no pool', to: {}, loses: ['a'] },
  { what: 'a pool that is set aside', to: broken, loses: [] },
  { what: 'a pool that is mended', from: broken, to: before, loses: [] },
  { what: 'a pool that was set aside and is gone', from: broken, to: {}, loses: ['a'] },
];

for (const { what, from = before, to, loses } of rows) {
  test(`${what}: ${loses.length > 0 ? 'addresses are lost' : 'nothing is lost'}`, () => {
    assert.deepEqual([...lostPools(configOfPools(from), configOfPools(to))], loses);
  });
}
