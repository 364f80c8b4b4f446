import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ownerOf, reassess } from './ownership.ts';
import type { Vip } from './table.ts';

const interfaces = [{ index: 2, mac: '02:00:00:00:00:01' }];

function vip(candidates: readonly string[], overrides: Partial<Vip> = {}): Vip {
  return {
    ip: '192.0.2.100',
    service: 'shop/web',
    group: '192.0.2.100',
    holder: undefined,
    interfaces,
    candidates,
    ...overrides,
  };
}

function changesOf(before: readonly Vip[], now: readonly Vip[], live: readonly string[]): string[] {
  const owned = new Map(before.map((one) => [one.ip, one]));
  const { changes } = reassess(owned, { self: 'a', vips: now, isLive: (node) => live.includes(node) });
  return changes.map(({ type, vip: { ip }, reason }) => `${type} ${ip} ${reason}`);
}

const held = vip(['a']);
const table = [
  {
    name: 'the only candidate',
    before: [],
    now: [vip(['a'])],
    live: ['a'],
    changes: ['tookOver 192.0.2.100 onlyCandidate'],
  },
  {
    name: 'the first of two',
    before: [],
    now: [vip(['a', 'b'])],
    live: ['a', 'b'],
    changes: ['tookOver 192.0.2.100 firstCandidate'],
  },
  { name: 'the second, while the first lives', before: [], now: [vip(['b', 'a'])], live: ['a', 'b'], changes: [] },
  {
    name: 'the second, once the first is gone',
    before: [],
    now: [vip(['b', 'a'])],
    live: ['a'],
    changes: ['tookOver 192.0.2.100 ownerNotLive'],
  },
  { name: 'an owner that stays one', before: [held], now: [vip(['a', 'c'])], live: ['a', 'c'], changes: [] },
  {
    name: 'the first comes back',
    before: [held],
    now: [vip(['b', 'a'])],
    live: ['a', 'b'],
    changes: ['gaveUp 192.0.2.100 betterCandidateLive'],
  },
  { name: 'the address is gone', before: [held], now: [], live: ['a'], changes: ['gaveUp 192.0.2.100 addressRemoved'] },
  {
    name: 'no longer eligible',
    before: [held],
    now: [vip(['b'])],
    live: ['a', 'b'],
    changes: ['gaveUp 192.0.2.100 notCandidate'],
  },
  {
    name: 'no interface left',
    before: [held],
    now: [vip(['a'], { interfaces: [] })],
    live: ['a'],
    changes: ['gaveUp 192.0.2.100 noInterface'],
  },
  { name: 'no candidates at all', before: [], now: [vip([])], live: ['a'], changes: [] },
];

for (const { name, before, now, live, changes } of table) {
  test(`${name}: ${changes[0] ?? 'nothing changes'}`, () => assert.deepEqual(changesOf(before, now, live), changes));
}

test('among nodes that agree on who lives, an address with a live candidate has one owner', () => {
  const nodes = ['a', 'b', 'c', 'd'];
  const candidates = fc.shuffledSubarray(nodes);
  fc.assert(
    fc.property(candidates, fc.subarray(nodes), (ranked, live) => {
      const isLive = (node: string): boolean => live.includes(node);
      const owners = live.filter((self) => reassess(new Map(), { self, vips: [vip(ranked)], isLive }).owned.size === 1);
      const owner = ownerOf(ranked, isLive);
      assert.deepEqual(owners, owner === undefined ? [] : [owner]);
    }),
  );
});
