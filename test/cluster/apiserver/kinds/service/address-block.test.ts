import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AddressBlock } from './address-block.ts';
import { ServiceAllocations } from './allocations.ts';

describe('AddressBlock', () => {
  const rows: readonly (readonly [string, number, string, number])[] = [
    ['10.96.0.0/16', 257, '10.96.1.1', 65534],
    ['10.0.0.0/30', 2, '10.0.0.2', 2],
    ['fd00:10:96::/112', 65535, 'fd00:10:96::ffff', 65535],
    ['2001:db8:0:1::/64', 1, '2001:db8:0:1::1', 1048576],
  ];
  for (const [cidr, index, address, count] of rows) {
    test(`${cidr}: number ${index} is ${address}, ${count} to hand out`, () => {
      const block = new AddressBlock(cidr);
      assert.equal(block.at(index), address);
      assert.equal(block.contains(address), true);
      assert.equal(block.count, count);
    });
  }
});

describe('ServiceAllocations', () => {
  const held = (ip: string) => ({ spec: { clusterIPs: [ip] } });

  test('hands out every address of a small block once, then none, then what comes back', () => {
    const block = new AddressBlock('10.0.0.0/29');
    const allocations = new ServiceAllocations([block]);
    const given: (string | undefined)[] = [];
    for (let count = 0; count < 7; count++) {
      const ip = allocations.freeAddress(block);
      given.push(ip);
      if (ip !== undefined) allocations.replace(undefined, held(ip));
    }
    assert.deepEqual(given, ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6', undefined]);
    allocations.replace(held('10.0.0.3'), undefined);
    assert.equal(allocations.freeAddress(block), '10.0.0.3');
  });

  test('hands out all 2768 node ports, each once', () => {
    const allocations = new ServiceAllocations([]);
    const ports = new Set<number>();
    for (let count = 0; count < 2768; count++) ports.add(allocations.freeNodePort(ports) ?? 0);
    assert.equal(ports.size, 2768);
    assert.equal(Math.min(...ports), 30000);
    assert.equal(Math.max(...ports), 32767);
    assert.equal(allocations.freeNodePort(ports), undefined);
  });
});
