import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { packTable, TableUnpacker } from './packed-table.ts';
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
      nodes: ['node-a', 'node-b', 'node-c'],
      candidates: Uint32Array.of(2, 1, 0, 0, 2, 2, 1),
    });
  });

  test('arrives as it left, whatever its candidates and the order of its addresses', () => {
    const node = fc.constantFrom('node-a', 'node-b', 'node-c', '', 'näıve', '__proto__');
    const ip = fc.integer({ min: 1, max: 6 }).map((last) => `192.0.2.${last}`);
    const one = fc.record({ ip, group: ip, candidates: fc.array(node, { maxLength: 6 }) });
    const some = fc.uniqueArray(one, { maxLength: 6, selector: (each) => each.ip });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 4 }), (tables) => {
        const unpacker = new TableUnpacker();
        for (const vips of tables) {
          const sent = { ...table, vips: vips.map((each) => ({ ...vip, ...each })) };
          assert.deepEqual(unpacker.unpack(structuredClone(packTable(sent))), sent);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('keeps the lists of candidates that are as before, wherever their addresses stand in it', () => {
    const unpacker = new TableUnpacker();
    const listsOf = (sent: DatapathTable): ReadonlyMap<string, readonly string[]> =>
      new Map(unpacker.unpack(structuredClone(packTable(sent))).vips.map(({ ip, candidates }) => [ip, candidates]));
    const before = listsOf(table);
    const first = { ...vip, ip: '192.0.2.1', candidates: ['node-a'] };
    const [one, two, three] = table.vips;
    if (one === undefined || two === undefined || three === undefined) throw new Error('the table has three addresses');
    const now = listsOf({ ...table, vips: [first, one, { ...two, candidates: ['node-b'] }, three] });
    const kept = [...now].filter(([ip, candidates]) => before.get(ip) === candidates).map(([ip]) => ip);
    assert.deepEqual(kept, ['192.0.2.100', '192.0.2.102']);
    assert.deepEqual(now.get('192.0.2.101'), ['node-b']);
    const others = listsOf({ ...table, members: [] });
    assert.ok(
      [...others].every(([ip, candidates]) => before.get(ip) !== candidates),
      'another list of names',
    );
  });
});
