import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from '../../test/support/hex.ts';
import { arpFilter, type BpfInstruction, bpfCode, encodeBpf, ndpFilter, packetTypeAt } from './bpf.ts';

const packetHost = 0;
const packetOtherHost = 3;

/** Runs a program as the kernel would (net/core/filter.c): a load past the end drops the packet. */
function accepts(program: readonly BpfInstruction[], frame: Uint8Array, packetType = packetHost): boolean {
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 1) {
    const instruction = program[at] ?? assert.fail('past the end of the program');
    if (instruction.code === bpfCode.return) return instruction.k > 0;
    const holds = condition(instruction, accumulator);
    if (holds !== undefined) {
      at += holds ? instruction.jumpTrue : instruction.jumpFalse;
      continue;
    }
    const loaded = instruction.k === packetTypeAt ? packetType : load(instruction, frame);
    if (loaded === undefined) return false;
    accumulator = loaded;
  }
  return assert.fail('the program has no end');
}

/** Undefined where the instruction is no jump. */
function condition({ code, k }: BpfInstruction, accumulator: number): boolean | undefined {
  if (code === bpfCode.jumpEqual) return accumulator === k;
  if (code === bpfCode.jumpGreater) return accumulator > k;
  return code === bpfCode.jumpGreaterOrEqual ? accumulator >= k : undefined;
}

function load({ code, k }: BpfInstruction, frame: Uint8Array): number | undefined {
  const sizes = new Map<number, number>([
    [bpfCode.loadWord, 4],
    [bpfCode.loadHalf, 2],
    [bpfCode.loadByte, 1],
  ]);
  const size = sizes.get(code) ?? assert.fail(`instruction ${code}`);
  if (k + size > frame.length) return undefined;
  return frame.subarray(k, k + size).reduce((value, octet) => value * 256 + octet, 0);
}

const ethernet = 'ffffffffffff 020000000002';
const addresses = '00'.repeat(32);
const table = [
  { name: 'ARP', hex: `${ethernet} 0806 0001`, arp: true, ndp: false },
  { name: 'ARP of an unknown kind', hex: `${ethernet} 0806`, arp: true, ndp: false },
  { name: 'a solicitation', hex: `${ethernet} 86dd 60000000 0018 3a ff ${addresses} 87 00`, arp: false, ndp: true },
  { name: 'an advertisement', hex: `${ethernet} 86dd 60000000 0018 3a ff ${addresses} 88 00`, arp: false, ndp: true },
  {
    name: 'a router advertisement',
    hex: `${ethernet} 86dd 60000000 0018 3a ff ${addresses} 86 00`,
    arp: false,
    ndp: false,
  },
  { name: 'a redirect', hex: `${ethernet} 86dd 60000000 0018 3a ff ${addresses} 89 00`, arp: false, ndp: false },
  {
    name: 'UDP with the same octet',
    hex: `${ethernet} 86dd 60000000 0018 11 ff ${addresses} 87 00`,
    arp: false,
    ndp: false,
  },
  {
    name: 'a solicitation that is cut off',
    hex: `${ethernet} 86dd 60000000 0018 3a ff ${addresses}`,
    arp: false,
    ndp: false,
  },
  { name: 'IPv4', hex: `${ethernet} 0800 4500`, arp: false, ndp: false },
  { name: 'a tagged frame', hex: `${ethernet} 8100 0005 0806 0001`, arp: false, ndp: false },
];

test('each filter lets its own protocol pass, and nothing else', () => {
  for (const { name, hex, arp, ndp } of table) {
    assert.equal(accepts(arpFilter, fromHex(hex)), arp, `${name}, ARP`);
    assert.equal(accepts(ndpFilter, fromHex(hex)), ndp, `${name}, NDP`);
  }
  assert.equal(table.length, 10);
});

test('what is meant for another station, or for a VLAN that is not ours, stays out', () => {
  for (const { hex } of table) {
    assert.equal(accepts(arpFilter, fromHex(hex), packetOtherHost), false);
    assert.equal(accepts(ndpFilter, fromHex(hex), packetOtherHost), false);
  }
});

test('a program is laid out as the kernel reads it', () => {
  assert.equal(
    toHex(encodeBpf(arpFilter)),
    '20000000 04f0ffff 15000300 03000000 28000000 0c000000 15000001 06080000 06000000 ffff0000 06000000 00000000'.replaceAll(
      ' ',
      '',
    ),
  );
});
