/** A bar of that many characters; not empty where there is any, not full where any is missing. */
export function bar(part: bigint, whole: bigint, width: number): string {
  const exact = whole === 0n ? 0 : Number((part * BigInt(width)) / whole);
  const least = part > 0n ? 1 : 0;
  const most = part < whole ? width - 1 : width;
  const filled = Math.min(Math.max(exact, least), Math.max(most, 0));
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}
