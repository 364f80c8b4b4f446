import { parseAddress } from '../net/address.ts';
import { asObject, type JsonObject, readNumber, readString } from './json.ts';

/** On a speaker's Lease: addresses that it was to announce, and that another machine uses. */
export const addressesInUseAnnotation = 'herald/addresses-in-use';

/** On a speaker's Lease, separated by commas: its node's MACs, which are no other machine's. */
export const speakerMacsAnnotation = 'herald/macs';

/** For so long an address that another machine uses is left alone; then it is tried again. */
export const inUseForMs = 600_000;

/** A speaker's Lease names no more than this: a network where all addresses are in use needs no longer list. */
export const longestInUseList = 100;

/** An address that a speaker probed for, and that another machine uses (RFC 5227 §2.1.1, RFC 4862 §5.4). */
export interface AddressInUse {
  /** Canonical text. */
  readonly address: string;
  /** Of the machine that uses it. */
  readonly mac: string;
  /** The node's, on which that machine was heard. */
  readonly interface: string;
  /** When it is tried again, Unix ms by the speaker's clock. */
  readonly untilMs: number;
}

/** As JSON; undefined where there is none. */
export function addressesInUseText(addresses: readonly AddressInUse[]): string | undefined {
  return addresses.length === 0 ? undefined : JSON.stringify(addresses.slice(0, longestInUseList));
}

/** Reads what `addressesInUseText` wrote; what can't be read is left out. */
export function parseAddressesInUse(text: string | undefined): readonly AddressInUse[] {
  const list = parseList(text ?? '[]');
  return list.slice(0, longestInUseList).flatMap((json) => parseAddressInUse(asObject(json)));
}

function parseList(text: string): readonly unknown[] {
  try {
    const json: unknown = JSON.parse(text);
    return Array.isArray(json) ? json : [];
  } catch {
    // Not ours: the speaker then says nothing.
    return [];
  }
}

/** The end of the last year that RFC 3339 can write: as such a time the pool's status and messages say it. */
const latestMs = 253_402_300_799_999;

/** None where it can't be read. */
export function parseAddressInUse(json: JsonObject): readonly AddressInUse[] {
  const address = readString(json, 'address');
  const untilMs = readNumber(json, 'untilMs');
  if (address === undefined || parseAddress(address) === undefined) return [];
  if (untilMs === undefined || untilMs < 0 || untilMs > latestMs) return [];
  return [{ address, mac: readString(json, 'mac') ?? '', interface: readString(json, 'interface') ?? '', untilMs }];
}
