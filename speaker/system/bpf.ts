/*
 * Classic BPF programs for packet sockets (man 7 packet, SO_ATTACH_FILTER): what they turn down stays in the kernel.
 * Offsets count from the Ethernet header.
 */

/** One instruction, laid out as struct sock_filter. */
export interface BpfInstruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly k: number;
}

export const bpfCode = {
  loadWord: 0x20,
  loadHalf: 0x28,
  loadByte: 0x30,
  jumpEqual: 0x15,
  jumpGreater: 0x25,
  jumpGreaterOrEqual: 0x35,
  return: 0x06,
} as const;

/** Ancillary data of linux/filter.h: PACKET_HOST and so on. */
export const packetTypeAt = 0xfffff004;
const packetOtherHost = 3;
const wholePacket = 0xffff;

type Test = readonly [load: BpfInstruction, jump: number, value: number, passIf: boolean];

function load(code: number, k: number): BpfInstruction {
  return { code, jumpTrue: 0, jumpFalse: 0, k };
}

/** A program that lets pass what passes every test. */
function allOf(tests: readonly Test[]): readonly BpfInstruction[] {
  const program: BpfInstruction[] = [];
  for (const [index, [loading, code, k, passIf]] of tests.entries()) {
    const toDrop = 2 * (tests.length - 1 - index) + 1;
    program.push(loading, {
      code,
      jumpTrue: passIf ? 0 : toDrop,
      jumpFalse: passIf ? toDrop : 0,
      k,
    });
  }
  return [...program, load(bpfCode.return, wholePacket), load(bpfCode.return, 0)];
}

/**
 * Meant for another station; so the kernel also marks frames of a VLAN that this interface does not carry, after it has
 * taken their tag off.
 */
const notForOthers: Test = [load(bpfCode.loadWord, packetTypeAt), bpfCode.jumpEqual, packetOtherHost, false];

/** ARP of any operation: what is malformed is counted by the responder. */
export const arpFilter: readonly BpfInstruction[] = allOf([
  notForOthers,
  [load(bpfCode.loadHalf, 12), bpfCode.jumpEqual, 0x0806, true],
]);

/** ICMPv6 135 and 136 right behind an IPv6 header; fragments and extension headers have no place here (RFC 6980 §5). */
export const ndpFilter: readonly BpfInstruction[] = allOf([
  notForOthers,
  [load(bpfCode.loadHalf, 12), bpfCode.jumpEqual, 0x86dd, true],
  [load(bpfCode.loadByte, 20), bpfCode.jumpEqual, 58, true],
  [load(bpfCode.loadByte, 54), bpfCode.jumpGreaterOrEqual, 135, true],
  [load(bpfCode.loadByte, 54), bpfCode.jumpGreater, 136, false],
]);

/** The program as an array of struct sock_filter. */
export function encodeBpf(program: readonly BpfInstruction[]): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(8 * program.length));
  const view = new DataView(bytes.buffer);
  for (const [index, instruction] of program.entries()) {
    view.setUint16(8 * index, instruction.code, true);
    view.setUint8(8 * index + 2, instruction.jumpTrue);
    view.setUint8(8 * index + 3, instruction.jumpFalse);
    view.setUint32(8 * index + 4, instruction.k, true);
  }
  return bytes;
}
