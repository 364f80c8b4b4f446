import { BlockList, isIPv6 } from 'node:net';

export type Family = 'IPv4' | 'IPv6';

export function familyOf(ip: string): Family {
  return isIPv6(ip) ? 'IPv6' : 'IPv4';
}

/** A service CIDR: which addresses it holds, and its addresses by number. */
export class AddressBlock {
  readonly family: Family;
  readonly cidr: string;
  readonly #members = new BlockList();
  readonly #network: bigint;
  readonly #size: bigint;

  constructor(cidr: string) {
    const [address = '', prefix = ''] = cidr.split('/');
    this.cidr = cidr;
    this.family = familyOf(address);
    this.#members.addSubnet(address, Number(prefix), this.family === 'IPv6' ? 'ipv6' : 'ipv4');
    this.#network = addressToNumber(address);
    this.#size = 1n << BigInt((this.family === 'IPv6' ? 128 : 32) - Number(prefix));
  }

  contains(ip: string): boolean {
    return this.#members.check(ip, familyOf(ip) === 'IPv6' ? 'ipv6' : 'ipv4');
  }

  /** Addresses that may be handed out: all but the first, and of IPv4 the last. At most 2^20, as the real server. */
  get count(): number {
    const usable = this.#size - (this.family === 'IPv6' ? 1n : 2n);
    return Number(usable < 1n << 20n ? usable : 1n << 20n);
  }

  /** The address with this number; the first to hand out is 1. */
  at(index: number): string {
    return numberToAddress(this.#network + BigInt(index), this.family);
  }
}

function addressToNumber(ip: string): bigint {
  if (familyOf(ip) === 'IPv4') return ip.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...middle, ...right].reduce((sum, part) => sum * 65536n + BigInt(`0x${part}`), 0n);
}

function numberToAddress(value: bigint, family: Family): string {
  const width = family === 'IPv4' ? 8n : 16n;
  const parts = Array.from({ length: family === 'IPv4' ? 4 : 8 }, (_, index) => {
    const shift = width * BigInt((family === 'IPv4' ? 3 : 7) - index);
    return (value >> shift) & ((1n << width) - 1n);
  });
  if (family === 'IPv4') return parts.join('.');
  // The URL parser writes IPv6 in the canonical form of RFC 5952.
  return canonicalIPv6(parts.map((part) => part.toString(16)).join(':'));
}

export function canonicalIPv6(ip: string): string {
  return new URL(`http://[${ip}]/`).hostname.slice(1, -1);
}
