import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AddressInUse, addressesInUseText, parseAddressesInUse } from './address-in-use.ts';

const v4: AddressInUse = {
  address: '192.0.2.4',
  mac: '02:00:00:00:00:99',
  interface: 'eth0',
  untilMs: 1_700_000_600_000,
};
const v6: AddressInUse = { ...v4, address: '2001:db8::4', interface: 'eth1' };
const text =
  '[{"address":"192.0.2.4","mac":"02:00:00:00:00:99","interface":"eth0","untilMs":1700000600000},' +
  '{"address":"2001:db8::4","mac":"02:00:00:00:00:99","interface":"eth1","untilMs":1700000600000}]';

describe('addresses in use, on a Lease', () => {
  test('they are a JSON list, both ways', () => {
    assert.equal(addressesInUseText([v4, v6]), text);
    assert.deepEqual(parseAddressesInUse(text), [v4, v6]);
  });

  test('none is no annotation', () => {
    assert.equal(addressesInUseText([]), undefined);
    assert.deepEqual(parseAddressesInUse(undefined), []);
  });

  test('no more than a hundred are written, or read', () => {
    const many = Array.from({ length: 101 }, (_, index) => ({ ...v4, address: `192.0.2.${index}` }));
    assert.equal(parseAddressesInUse(addressesInUseText(many)).length, 100);
    assert.equal(parseAddressesInUse(JSON.stringify(many)).length, 100);
  });

  const unreadable = [
    '',
    'x',
    '{}',
    '[1]',
    '[{}]',
    '[{"address":"x","untilMs":1}]',
    '[{"address":"192.0.2.4"}]',
    '[{"address":"192.0.2.4","untilMs":-1}]',
    '[{"address":"192.0.2.4","untilMs":253402300800000}]',
    '[{"address":"192.0.2.4","untilMs":1e400}]',
  ];
  for (const one of unreadable) {
    test(`${JSON.stringify(one)} says nothing`, () => assert.deepEqual(parseAddressesInUse(one), []));
  }
});
