import { addressBytes, addressFromBytes, formatAddress, parseAddress } from '../../shared/net/address.ts';
import { DecodeError } from '../datapath/decode-error.ts';
import type { ClaimEntry, Claims } from './message.ts';

/*
 * The body of a claims message (`message-codec.ts`)
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |                           version                             |
 * +---------------------------------------------------------------+
 * |                            since                              |
 * +-------------------------------+-------------------------------+
 * |             part              |             parts             |
 * +-------------------------------+-------------------------------+
 * and then, to the end of the body, entries:
 * +---------------+---------------+-------------------------------+
 * |     state     | octets of the |  epoch (4), address (4 or 16)
 * |               | address       |
 * +---------------+---------------+------
 * state: 0 released, 1 held, 2 unfit, 3 settling. Odd: the sender answers for the group; a newer speaker's state that is
 * not known here counts as held or released by that bit alone.
 */
const headerLength = 12;
const entryHeaderLength = 6;
const states = ['released', 'held', 'unfit', 'settling'] as const;

/** Octets of the body. */
export function claimsLength(claims: Claims): number {
  return claims.entries.reduce((sum, { group }) => sum + entryHeaderLength + octetsOf(group).length, headerLength);
}

/** Writes the body at `start`. A group that is no address is a RangeError. */
export function writeClaims(view: DataView, start: number, claims: Claims): void {
  view.setUint32(start, claims.version);
  view.setUint32(start + 4, claims.since);
  view.setUint16(start + 8, claims.part);
  view.setUint16(start + 10, claims.parts);
  let at = start + headerLength;
  for (const { group, epoch, state } of claims.entries) {
    const address = octetsOf(group);
    view.setUint8(at, states.indexOf(state));
    view.setUint8(at + 1, address.length);
    view.setUint32(at + 2, epoch);
    at += entryHeaderLength;
    for (const octet of address) {
      view.setUint8(at, octet);
      at += 1;
    }
  }
}

/** Reads the body from `start` to the end of the view. */
export function readClaims(view: DataView, start: number): Claims {
  let at = start + headerLength;
  if (view.byteLength < at) fail('the claims are cut off', view.byteLength);
  const part = view.getUint16(start + 8);
  const parts = view.getUint16(start + 10);
  if (part >= parts) fail(`part ${part} of ${parts}`, start + 8);
  // BOUNDED: an entry takes at least 10 octets of the message.
  const entries: ClaimEntry[] = [];
  while (at < view.byteLength) {
    entries.push(readEntry(view, at));
    at += entryHeaderLength + view.getUint8(at + 1);
  }
  return { type: 'claims', version: view.getUint32(start), since: view.getUint32(start + 4), part, parts, entries };
}

function readEntry(view: DataView, at: number): ClaimEntry {
  if (at + entryHeaderLength > view.byteLength) fail('an entry is cut off', at);
  const state = readState(view.getUint8(at));
  const length = view.getUint8(at + 1);
  const addressAt = at + entryHeaderLength;
  if (addressAt + length > view.byteLength) fail('an address is cut off', addressAt);
  const address = addressFromBytes(new Uint8Array(view.buffer, view.byteOffset + addressAt, length));
  if (address === undefined) fail(`an address of ${length} octets`, at + 1);
  const group = formatAddress(address);
  // No Service has an IPv4-mapped address, and it could not be written again.
  if (parseAddress(group) === undefined) fail(`${group} as a group`, addressAt);
  return { group, epoch: view.getUint32(at + 2), state };
}

function readState(octet: number): ClaimEntry['state'] {
  return states[octet] ?? ((octet & 1) === 1 ? 'held' : 'released');
}

function octetsOf(group: string): Uint8Array {
  const address = parseAddress(group);
  if (address === undefined) throw new RangeError(`cannot encode a claim: ${group} is no address`);
  return addressBytes(address);
}

function fail(why: string, offset: number): never {
  throw new DecodeError('claims', why, offset);
}
