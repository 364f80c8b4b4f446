import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AddressInUse } from '../shared/api/address-in-use.ts';
import { leaseResource } from '../shared/api/lease.ts';
import { AddressesInUse, sameUses } from './addresses-in-use.ts';
import { foreignUseText } from './allocator/foreign-use.ts';

/** When the speakers' clocks say so; ours begins at 0. */
const epochMs = Date.parse('2026-01-01T00:00:00Z');
const mac = '02:00:00:00:00:99';

function inUse(address: string, untilMs: number): AddressInUse {
  return { address, mac, interface: 'eth0', untilMs: epochMs + untilMs };
}

/** The Lease of a speaker that was renewed so long after the epoch. */
function lease(node: string, renewedMs: number, addresses: readonly AddressInUse[], macs = '02:00:00:00:00:01') {
  const annotations = { 'herald/macs': macs, 'herald/addresses-in-use': JSON.stringify(addresses) };
  const renewTime = new Date(epochMs + renewedMs).toISOString();
  return leaseResource.parse({
    metadata: { name: `speaker-${node}`, annotations },
    spec: { holderIdentity: node, renewTime },
  });
}

function texts(all: AddressesInUse, nowMs: number): readonly string[] {
  return [...all.uses(nowMs).values()].map(foreignUseText);
}

const said =
  '10.0.0.1 is in use by 02:00:00:00:00:99 on eth0 (seen by node-a), and is tried again at 2026-01-01T00:10:00Z';

describe('addresses that speakers found in use', () => {
  test('are set aside until they are to be tried again', () => {
    const all = new AddressesInUse();
    all.see([lease('node-a', 0, [inUse('10.0.0.1', 600_000)])], 0);
    assert.deepEqual(texts(all, 0), [said]);
    assert.equal(all.nextChangeInMs(0), 600_000);
    assert.deepEqual(texts(all, 599_999), [said]);
    assert.deepEqual(texts(all, 600_000), []);
  });

  test('stay set aside when their speaker restarts, and are told no more', () => {
    const all = new AddressesInUse();
    all.see([lease('node-a', 0, [inUse('10.0.0.1', 600_000)])], 0);
    all.see([], 10_000);
    all.see([lease('node-a', 20_000, [])], 20_000);
    assert.deepEqual(texts(all, 599_999), [said]);
    assert.deepEqual(texts(all, 600_000), []);
  });

  test('are not set aside anew by a Lease that still names them', () => {
    const all = new AddressesInUse();
    const named = lease('node-a', 0, [inUse('10.0.0.1', 600_000)]);
    for (const nowMs of [0, 300_000, 600_000, 900_000]) all.see([named], nowMs);
    assert.deepEqual(texts(all, 900_000), []);
  });

  test('are set aside anew when they were tried again, and somebody still uses them', () => {
    const all = new AddressesInUse();
    all.see([lease('node-a', 0, [inUse('10.0.0.1', 600_000)])], 0);
    all.see([lease('node-a', 601_000, [inUse('10.0.0.1', 1_201_000)])], 601_000);
    assert.deepEqual(texts(all, 1_200_999).length, 1);
    assert.deepEqual(texts(all, 1_201_000), []);
  });

  for (const skewMs of [-86_400_000, 86_400_000]) {
    test(`count as long where the speaker's clock is ${skewMs < 0 ? 'behind' : 'ahead'}`, () => {
      const all = new AddressesInUse();
      all.see([lease('node-a', skewMs + 60_000, [inUse('10.0.0.1', skewMs + 600_000)])], 5_000);
      assert.equal(texts(all, 5_000 + 539_999).length, 1);
      assert.equal(texts(all, 5_000 + 540_000).length, 0);
    });
  }

  test('count for ten minutes at most, whatever a Lease says', () => {
    const all = new AddressesInUse();
    all.see([lease('node-a', 0, [inUse('10.0.0.1', 86_400_000)])], 0);
    assert.equal(texts(all, 599_999).length, 1);
    assert.equal(texts(all, 600_000).length, 0);
  });

  test('are said by the report that lasts longest where several nodes found them', () => {
    const all = new AddressesInUse();
    all.see(
      [lease('node-b', 2_000, [inUse('10.0.0.1', 602_000)]), lease('node-a', 0, [inUse('10.0.0.1', 600_000)])],
      0,
    );
    assert.match(texts(all, 0).join(), /seen by node-b\), and is tried again at 2026-01-01T00:10:02Z$/);
  });

  test('are not in use by others where the machine is a speaker that was not known yet', () => {
    const all = new AddressesInUse();
    const found = lease('node-a', 0, [inUse('10.0.0.1', 600_000)]);
    all.see([found, lease('node-b', 0, [], `02:00:00:00:00:02,${mac.toUpperCase()}`)], 0);
    assert.deepEqual(texts(all, 0), []);
  });

  test('are in use by others where the machine had a speaker that died long ago', () => {
    const all = new AddressesInUse();
    const found = lease('node-a', 600_001, [inUse('10.0.0.1', 1_200_000)]);
    const dead = lease('node-b', 0, [], mac);
    all.see([found, dead], 0);
    assert.equal(texts(all, 0).length, 1);
    all.see([found, lease('node-b', 1, [], mac)], 0);
    assert.equal(texts(all, 0).length, 0);
  });

  test('are taken over from the status of the pools by a controller that comes to lead', () => {
    const all = new AddressesInUse();
    const told = [{ ...inUse('10.0.0.1', 600_000), node: 'node-a' }];
    all.restore(told, [], { nowMs: 7, wallMs: epochMs + 100_000 });
    all.see([], 7);
    assert.deepEqual(texts(all, 7 + 499_999), [said]);
    assert.deepEqual(texts(all, 7 + 500_000), []);
  });

  test('are given again where they are told by the Lease of a speaker that died long ago', () => {
    const all = new AddressesInUse();
    const leases = [lease('node-a', 60_000, [inUse('10.0.0.1', 600_000)])];
    all.restore([], leases, { nowMs: 7, wallMs: epochMs + 600_000 });
    for (const nowMs of [7, 5_000]) all.see(leases, nowMs);
    assert.deepEqual(texts(all, 5_000), []);
    all.see([lease('node-a', 700_000, [inUse('10.0.0.1', 1_300_000)])], 100_000);
    assert.equal(texts(all, 100_000).length, 1);
  });

  test('are set aside by a Lease that tells of them while nobody leads', () => {
    const all = new AddressesInUse();
    const leases = [lease('node-a', 60_000, [inUse('10.0.0.1', 600_000)])];
    all.restore([], leases, { nowMs: 7, wallMs: epochMs + 65_000 });
    all.see(leases, 7);
    assert.deepEqual(texts(all, 7 + 539_999), [said]);
    assert.deepEqual(texts(all, 7 + 540_000), []);
  });

  test('are the same while nothing else is said of them', () => {
    const all = new AddressesInUse();
    all.see([lease('node-a', 0, [inUse('10.0.0.1', 600_000)])], 0);
    const before = all.uses(0);
    all.see([lease('node-a', 5_000, [inUse('10.0.0.1', 600_000)])], 5_000);
    assert.ok(sameUses(before, all.uses(5_000)));
    assert.ok(!sameUses(before, all.uses(600_000)));
    all.see([lease('node-a', 5_000, [inUse('10.0.0.1', 601_000)])], 5_000);
    assert.ok(!sameUses(before, all.uses(5_000)));
  });
});
