import { ipv6Field, ipv6HeaderLength, nextHeaderIcmpv6 } from './ipv6.ts';

/**
 * The Internet checksum (RFC 1071) over an ICMPv6 message and the pseudo-header of RFC 8200 §8.1. `view` holds the IPv6
 * header at `offset` and right behind it the message of `length` octets. With a right checksum in place the result is 0;
 * with the field zeroed it is what belongs there.
 */
export function icmpv6Checksum(view: DataView, offset: number, length: number): number {
  const message = offset + ipv6HeaderLength;
  // At most 65,535 octets of 16 bits each: the sum stays far below 2^53, carries are folded once.
  let sum = length + nextHeaderIcmpv6;
  for (let at = offset + ipv6Field.source; at < message; at += 2) sum += view.getUint16(at);
  const end = message + length;
  for (let at = message; at + 1 < end; at += 2) sum += view.getUint16(at);
  if ((length & 1) === 1) sum += view.getUint8(end - 1) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
