import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from '../../test/support/hex.ts';
import type { ServedAddress } from './served-addresses.ts';
import { solicitedNodeGroup, wantedMemberships } from './solicited-node-group.ts';

const mac = { high: 0x0200, low: 1 };

function served(hex: string, indexes: readonly number[], owned = true): ServedAddress {
  const interfaces = indexes.map((index) => ({ index, mac }));
  return {
    ip: hex,
    service: 'shop/web',
    group: '2001:db8::100',
    address: new DataView(fromHex(hex).buffer),
    owned,
    interfaces,
  };
}

test('the group ends in the last 24 bits of the address', () => {
  assert.equal(toHex(solicitedNodeGroup(0x280e8c)), 'ff0200000000000000000001ff280e8c');
});

test('IPv6 addresses want their groups, on each interface; equal ones are shared', () => {
  const wanted = wantedMemberships([
    served('20010db8000000000000000000000100', [2, 3]),
    served('20010db8000000000000000500000100', [2]),
    served('c0000264', [2]),
  ]);
  assert.deepEqual(
    [...wanted.values()],
    [
      { interfaceIndex: 2, suffix: 0x100 },
      { interfaceIndex: 3, suffix: 0x100 },
    ],
  );
});
