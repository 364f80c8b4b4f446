const longest = 9;

/** A count of addresses; of more than nine digits the power of two that it is, or exceeds. */
export function countText(decimal: string): string {
  if (decimal.length <= longest) return decimal;
  const count = BigInt(decimal);
  const bits = count.toString(2).length - 1;
  return count === 1n << BigInt(bits) ? `2^${bits}` : `over 2^${bits}`;
}
