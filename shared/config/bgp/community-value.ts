/** RFC 1997: two numbers of 16 bits, `A:B`. */
export function isPlainCommunity(value: string): boolean {
  const match = /^(\d{1,5}):(\d{1,5})$/.exec(value);
  return match !== null && Number(match[1]) <= 65_535 && Number(match[2]) <= 65_535;
}

/** RFC 8092: three numbers of 32 bits, `large:A:B:C`. */
export function isLargeCommunity(value: string): boolean {
  const [, ...parts] = /^large:(\d{1,10}):(\d{1,10}):(\d{1,10})$/.exec(value) ?? [];
  return parts.length === 3 && parts.every((part) => Number(part) <= 4_294_967_295);
}
