import { IPv4, IPv6 } from 'ip-num';

/** The families in Kubernetes' own words (Service `spec.ipFamilies`). */
export type IpFamily = 'IPv4' | 'IPv6';

/** One address. `value` is its number: below 2^32 for IPv4, below 2^128 for IPv6. */
export interface IpAddress {
  readonly family: IpFamily;
  readonly value: bigint;
}

/** Bits of an address of that family. */
export const addressBits: Readonly<Record<IpFamily, number>> = { IPv4: 32, IPv6: 128 };

// The longest texts that ip-num gets to see: it drops a zone id and takes its time over long input.
const ipv4Text = /^[0-9.]{7,15}$/;
const ipv6Text = /^[0-9a-fA-F:.]{2,45}$/;

/**
 * Reads one address as Kubernetes does: no zone id, no leading zeros in IPv4 (010 is octal to some), no surrounding
 * space, no IPv4-mapped IPv6. Undefined for anything else.
 */
export function parseAddress(text: string): IpAddress | undefined {
  if (ipv4Text.test(text)) return readAs('IPv4', () => IPv4.fromString(text).getValue());
  if (!ipv6Text.test(text)) return undefined;
  const address = readAs('IPv6', () => IPv6.fromString(text).getValue());
  return address !== undefined && isIPv4Mapped(address.value) ? undefined : address;
}

/** The one text by which an address is known: dotted decimal, or RFC 5952 §4 for IPv6. */
export function formatAddress(address: IpAddress): string {
  return address.family === 'IPv4' ? formatIPv4(Number(address.value)) : formatIPv6(address.value);
}

/** `parseAddress`, then `formatAddress`. */
export function canonicalAddress(text: string): string | undefined {
  const address = parseAddress(text);
  return address === undefined ? undefined : formatAddress(address);
}

/** IPv4 before IPv6, then by number. */
export function compareAddresses(a: IpAddress, b: IpAddress): number {
  if (a.family !== b.family) return a.family === 'IPv4' ? -1 : 1;
  if (a.value === b.value) return 0;
  return a.value < b.value ? -1 : 1;
}

export function sameAddress(a: IpAddress, b: IpAddress): boolean {
  return a.value === b.value && a.family === b.family;
}

/** Network byte order: 4 or 16 bytes. */
export function addressBytes(address: IpAddress): Uint8Array {
  const bytes = new Uint8Array(addressBits[address.family] / 8);
  let rest = address.value;
  for (let index = bytes.length - 1; index >= 0; index -= 1) {
    bytes[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** The reverse of `addressBytes`; undefined unless there are 4 or 16 bytes. */
export function addressFromBytes(bytes: Uint8Array): IpAddress | undefined {
  if (bytes.length !== 4 && bytes.length !== 16) return undefined;
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return { family: bytes.length === 4 ? 'IPv4' : 'IPv6', value };
}

function readAs(family: IpFamily, read: () => bigint): IpAddress | undefined {
  try {
    return { family, value: read() };
  } catch {
    // ip-num reports every text that is no address by throwing.
    return undefined;
  }
}

/** ::ffff:0:0/96 (RFC 4291 §2.5.5.2). */
function isIPv4Mapped(value: bigint): boolean {
  return value >> 32n === 0xffffn;
}

function formatIPv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 0xff}.${(value >>> 8) & 0xff}.${value & 0xff}`;
}

function formatIPv6(value: bigint): string {
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((value >> shift) & 0xffffn));
  const zeros = longestZeroRun(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (zeros.length < 2) return hex(groups);
  return `${hex(groups.slice(0, zeros.start))}::${hex(groups.slice(zeros.start + zeros.length))}`;
}

/** RFC 5952 §4.2.3: the longest run of zero groups, the first one where several are equal. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
