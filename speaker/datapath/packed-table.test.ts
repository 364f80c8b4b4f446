import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { packTable, unpackTable } from './packed-table.ts';
import type { DatapathTable, Vip } from './table.ts';

const vip: Vip = {
  ip: '192.0.2.100',
  service: 'shop/web',
  group: '192.0.2.100',
  holder: 'node-c',
  interfaces: [{ index: 2, mac: '02:00:00:00:00:01' }],
  candidates: ['node-b', 'node-a'],
};
const table: DatapathTable = {
  version: 7,
  self: 'node-a',
  members: [{ node: 'node-a', address: '192.0.2.1', port: 7946, incarnation: 'aa', macs: [], leaseExpired: false }],
  vips: [
    vip,
    { ...vip, ip: '192.0.2.101', candidates: [] },
    { ...vip, ip: '192.0.2.102', candidates: ['node-c', 'node-b'] },
  ],
};

describe('a table on its way to the thread', () => {
  test('has each candidate as a number', () => {
    const { candidates, ...others } = vip;
    assert.equal(candidates.length, 2);
    assert.deepEqual(packTable(table), {
      version: 7,
      self: 'node-a',
      members: table.members,
      vips: [others, { ...others, ip: '192.0.2.101' }, { ...others, ip: '192.0.2.102' }],
      nodes: ['node-b', 'node-a', 'node-c'],
      candidates: Uint32Array.of(2, 0, 1, 0, 2, 2, 0),
    });
  });

  test('arrives as it left, whatever its candidates', () => {
    const node = fc.constantFrom('node-a', 'node-b', 'node-c', '', 'näıve', '__proto__');
    const vips = fc.array(fc.array(node, { maxLength: 6 }), { maxLength: 6 });
    fc.assert(
      fc.property(vips, (lists) => {
        const sent = {
          ...table,
          vips: lists.map((candidates, index) => ({ ...vip, ip: `192.0.2.${index}`, candidates })),
        };
        assert.deepEqual(unpackTable(structuredClone(packTable(sent))), sent);
      }),
      { numRuns: 300 },
    );
  });
});
