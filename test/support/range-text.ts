import { formatAddress } from '../../shared/net/address.ts';
import { type AddressRange, rangeSize, shortestPrefixLength } from '../../shared/net/address-range.ts';

const bits = { IPv4: 32, IPv6: 128 } as const;

/** The shortest text that `parseRange` reads as this range: an address, a CIDR where it is one, else `a-b`. */
export function formatRange(range: AddressRange): string {
  const { family } = range;
  const first = formatAddress({ family, value: range.first });
  if (range.first === range.last) return first;
  const length = shortestPrefixLength(range);
  if (1n << BigInt(bits[family] - length) === rangeSize(range)) return `${first}/${length}`;
  return `${first}-${formatAddress({ family, value: range.last })}`;
}
