import { addressBits, compareAddresses, type IpAddress, type IpFamily, parseAddress } from './address.ts';
import { quotedText } from './quoted-text.ts';

/** A run of addresses of one family, both ends included. */
export interface AddressRange {
  readonly family: IpFamily;
  readonly first: bigint;
  readonly last: bigint;
}

export type RangeRefusal = 'notAnAddress' | 'badPrefixLength' | 'mixedFamilies' | 'startAfterEnd';

export type ParsedRange =
  | { readonly ok: true; readonly range: AddressRange }
  /** `message` quotes the text, says what is wrong and what would be right. */
  | { readonly ok: false; readonly refusal: RangeRefusal; readonly message: string };

/**
 * Reads `192.0.2.0/24` (host bits are masked), `192.0.2.5-192.0.2.9` (spaces around `-` are fine) or a bare address,
 * which stands for itself.
 */
export function parseRange(text: string): ParsedRange {
  const trimmed = text.trim();
  const slash = trimmed.indexOf('/');
  if (slash >= 0) return parseCidr(trimmed, slash);
  const dash = trimmed.indexOf('-');
  if (dash >= 0) return parseSpan(trimmed, dash);
  const address = parseAddress(trimmed);
  return address === undefined ? notAnAddress(trimmed, trimmed) : { ok: true, range: rangeOf(address) };
}

function rangeOf(address: IpAddress): AddressRange {
  return { family: address.family, first: address.value, last: address.value };
}

/** How many addresses the range holds. */
export function rangeSize(range: AddressRange): bigint {
  return range.last - range.first + 1n;
}

export function rangeContains(range: AddressRange, address: IpAddress): boolean {
  return range.family === address.family && range.first <= address.value && address.value <= range.last;
}

export function rangesOverlap(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** What of `range` lies in none of `holes`, in ascending order. The holes may overlap and come in any order. */
export function subtractRanges(range: AddressRange, holes: readonly AddressRange[]): readonly AddressRange[] {
  const { family } = range;
  const left: AddressRange[] = [];
  let first = range.first;
  const inOrder = holes.filter((hole) => rangesOverlap(hole, range)).sort(compareRanges);
  for (const hole of inOrder) {
    if (first < hole.first) left.push({ family, first, last: hole.first - 1n });
    if (first <= hole.last) first = hole.last + 1n;
  }
  if (first <= range.last) left.push({ family, first, last: range.last });
  return left;
}

/** IPv4 before IPv6, then by first address, then by last. */
export function compareRanges(a: AddressRange, b: AddressRange): number {
  const { family } = a;
  return (
    compareAddresses({ family, value: a.first }, { family: b.family, value: b.first }) ||
    compareAddresses({ family, value: a.last }, { family: b.family, value: b.last })
  );
}

/** Prefix length of the largest CIDR block that fits into the range. */
export function shortestPrefixLength(range: AddressRange): number {
  const width = addressBits[range.family];
  let bits = 0;
  for (let first = range.first; first <= range.last; ) {
    const block = blockBits(first, range.last - first + 1n, width);
    bits = Math.max(bits, block);
    first += 1n << BigInt(block);
  }
  return width - bits;
}

/** Host bits of the largest block that starts at `first` and holds at most `size` addresses. */
function blockBits(first: bigint, size: bigint, width: number): number {
  let bits = 0;
  while (bits < width && 2n << BigInt(bits) <= size && (first & ((2n << BigInt(bits)) - 1n)) === 0n) bits += 1;
  return bits;
}

function parseCidr(text: string, slash: number): ParsedRange {
  const address = parseAddress(text.slice(0, slash));
  if (address === undefined) return notAnAddress(text, text.slice(0, slash));
  const width = addressBits[address.family];
  const lengthText = text.slice(slash + 1);
  const length = /^(0|[1-9][0-9]{0,2})$/.test(lengthText) ? Number(lengthText) : Number.POSITIVE_INFINITY;
  if (length > width) {
    const message = `${quotedText(text)} has a bad prefix length: ${address.family} takes a whole number from 0 to ${width}`;
    return { ok: false, refusal: 'badPrefixLength', message };
  }
  const hostMask = (1n << BigInt(width - length)) - 1n;
  const last = address.value | hostMask;
  return { ok: true, range: { family: address.family, first: last ^ hostMask, last } };
}

function parseSpan(text: string, dash: number): ParsedRange {
  const firstText = text.slice(0, dash).trim();
  const lastText = text.slice(dash + 1).trim();
  const first = parseAddress(firstText);
  if (first === undefined) return notAnAddress(text, firstText);
  const last = parseAddress(lastText);
  if (last === undefined) return notAnAddress(text, lastText);
  if (first.family !== last.family) {
    const message = `${quotedText(text)} runs from ${first.family} to ${last.family}; a range is of one family, use two entries`;
    return { ok: false, refusal: 'mixedFamilies', message };
  }
  if (first.value > last.value) {
    const message = `${quotedText(text)} starts after its end; did you mean "${lastText}-${firstText}"?`;
    return { ok: false, refusal: 'startAfterEnd', message };
  }
  return { ok: true, range: { family: first.family, first: first.value, last: last.value } };
}

function notAnAddress(text: string, part: string): ParsedRange {
  const which = text === part ? quotedText(part) : `${quotedText(text)}: ${quotedText(part)}`;
  const message = `${which} is not an IP address; write a CIDR (192.0.2.0/24), a range (192.0.2.5-192.0.2.9) or one address`;
  return { ok: false, refusal: 'notAnAddress', message };
}
