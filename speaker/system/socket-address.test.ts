import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../test/support/hex.ts';
import { socketAddressOf } from './socket-address.ts';

const table = [
  { ip: '192.0.2.1', port: 7946, family: 2, hex: '0200 1f0a c0000201 0000000000000000' },
  {
    ip: '2001:db8::1',
    port: 65_535,
    family: 10,
    hex: '0a00 ffff 00000000 20010db8000000000000000000000001 00000000',
  },
];

test('addresses are laid out as the kernel reads them', () => {
  for (const { ip, port, family, hex } of table) {
    const address = socketAddressOf(ip, port) ?? assert.fail(ip);
    assert.deepEqual([address.family, toHex(address.bytes)], [family, hex.replaceAll(' ', '')]);
  }
  assert.equal(table.length, 2);
  assert.equal(socketAddressOf('', 7946), undefined);
});
