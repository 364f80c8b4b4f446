import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOf, ipAddressPool } from '../../test/support/config-objects.ts';
import { parseAddress } from '../net/address.ts';
import { poolOf } from './pool-of.ts';

const { config } = configOf({
  pools: [
    ipAddressPool('blue', { addresses: ['10.0.0.0/24'], excludeAddresses: ['10.0.0.9', '10.0.0.99'] }),
    ipAddressPool('green', { addresses: ['10.0.0.8/30'], excludeAddresses: ['10.0.0.8', '10.0.0.10-10.0.0.11'] }),
    ipAddressPool('red', { addresses: ['2001:db8::/64'] }),
    ipAddressPool('broken', { addresses: ['lan'] }),
  ],
});

const rows: readonly [string, string, string | undefined, string | undefined][] = [
  ['the pool that holds it', '10.0.0.7', undefined, 'blue'],
  ['the pool that holds it, also where it is excluded there', '10.0.0.99', undefined, 'blue'],
  ['the pool that may give it, where another one excludes it', '10.0.0.9', undefined, 'green'],
  ['the pool that holds it, whatever the annotation says', '2001:db8::1', 'broken', 'red'],
  ['the pool set aside that the annotation names', '10.9.9.9', 'broken', 'broken'],
  ['the pool set aside among those that the annotation names', '10.9.9.9', 'blue, broken', 'broken'],
  ['none, where the annotation names a pool in force that does not hold it', '10.9.9.9', 'blue', undefined],
  ['none, where the annotation names a pool that does not exist', '10.9.9.9', 'nowhere', undefined],
  ['none without an annotation', '10.9.9.9', undefined, undefined],
  ['none with an empty one', '10.9.9.9', '', undefined],
];
for (const [what, text, allocatedFrom, expected] of rows) {
  test(`an address belongs to ${what}`, () => {
    const address = parseAddress(text);
    assert.ok(config && address);
    assert.equal(poolOf(config, address, allocatedFrom), expected);
  });
}
