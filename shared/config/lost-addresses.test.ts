import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOfPools, type PoolSpecs } from '../../test/support/pool-manifest.ts';
import { losesAddresses } from './lost-addresses.ts';

const before: PoolSpecs = { a: { addresses: ['10.0.0.0/30', '2001:db8::/127'] } };
const broken: PoolSpecs = { a: { addresses: ['10.0.0.400'] } };

const rows: readonly {
  readonly what: string;
  readonly from?: PoolSpecs;
  readonly to: PoolSpecs;
  readonly loses: boolean;
}[] = [
  { what: 'the same pools', to: before, loses: false },
  { what: 'a pool that grows', to: { a: { addresses: ['10.0.0.0/24', '2001:db8::/64'] } }, loses: false },
  { what: 'another name', to: { b: { addresses: ['10.0.0.0/30', '2001:db8::/127'] } }, loses: false },
  {
    what: 'a pool in parts',
    to: { a: { addresses: ['10.0.0.0-10.0.0.1', '2001:db8::/127'] }, b: { addresses: ['10.0.0.2-10.0.0.3'] } },
    loses: false,
  },
  { what: 'one part only', to: { a: { addresses: ['10.0.0.0-10.0.0.1', '2001:db8::/127'] } }, loses: true },
  {
    what: 'a pool without its last address',
    to: { a: { addresses: ['10.0.0.0-10.0.0.2', '2001:db8::/127'] } },
    loses: true,
  },
  { what: 'a pool without one of its families', to: { a: { addresses: ['10.0.0.0/30'] } }, loses: true },
  {
    what: 'an address that is excluded now',
    to: { a: { addresses: ['10.0.0.0/30', '2001:db8::/127'], excludeAddresses: ['10.0.0.1'] } },
    loses: true,
  },
  { what: 'no pool', to: {}, loses: true },
  { what: 'a pool that is set aside', to: broken, loses: false },
  { what: 'a pool that is mended', from: broken, to: before, loses: false },
  { what: 'a pool that was set aside and is gone', from: broken, to: {}, loses: true },
];

for (const { what, from = before, to, loses } of rows) {
  test(`${what}: ${loses ? 'addresses are lost' : 'nothing is lost'}`, () => {
    assert.equal(losesAddresses(configOfPools(from), configOfPools(to)), loses);
  });
}
