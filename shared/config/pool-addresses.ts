import type { IpAddress, IpFamily } from '../net/address.ts';
import { type AddressRange, rangeContains, rangeSize, subtractRanges } from '../net/address-range.ts';
import type { Pool } from './model.ts';

/** Whether the pool's ranges hold the address, usable or not. */
export function inPool(pool: Pool, address: IpAddress): boolean {
  return pool.ranges.some((range) => rangeContains(range, address));
}

/** Whether the pool may hand the address out: in its ranges, not excluded, not .0 or .255 where those are avoided. */
export function isUsable(pool: Pool, address: IpAddress): boolean {
  if (!inPool(pool, address) || (pool.avoidBuggyIPs && isBuggy(address))) return false;
  return !pool.excluded.some((range) => rangeContains(range, address));
}

/** .0 and .255 of IPv4, which some old network gear drops. */
export function isBuggy(address: IpAddress): boolean {
  if (address.family === 'IPv6') return false;
  const octet = address.value & 0xffn;
  return octet === 0n || octet === 0xffn;
}

/** The pool's ranges without what is excluded, in spec order. They still hold the addresses that `isBuggy` names. */
export function candidateRanges(pool: Pool): readonly AddressRange[] {
  return pool.ranges.flatMap((range) => subtractRanges(range, pool.excluded));
}

/** How many addresses of that family the pool can hand out in all. */
export function usableCount(pool: Pool, family: IpFamily): bigint {
  let count = 0n;
  for (const range of candidateRanges(pool)) {
    if (range.family !== family) continue;
    count += rangeSize(range) - (pool.avoidBuggyIPs ? buggyCount(range) : 0n);
  }
  return count;
}

function buggyCount(range: AddressRange): bigint {
  return range.family === 'IPv6' ? 0n : buggyUpTo(range.last) - buggyUpTo(range.first - 1n);
}

/** How many of 0..last end in .0 or .255; `last` may be -1. */
function buggyUpTo(last: bigint): bigint {
  return ((last + 256n) >> 8n) + ((last + 1n) >> 8n);
}
