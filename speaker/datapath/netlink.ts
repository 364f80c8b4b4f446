import { DecodeError } from './decode-error.ts';

/*
 * Netlink (RFC 3549 §2.2; numbers are in the machine's order, little-endian on all we run on)
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |                  length (with this header)                    |
 * +-------------------------------+-------------------------------+
 * |             type              |            flags              |
 * +-------------------------------+-------------------------------+
 * |                        sequence number                        |
 * +---------------------------------------------------------------+
 * |                           port id                             |
 * +---------------------------------------------------------------+
 *
 * link: ifinfomsg  { u8 family, u8 pad, u16 type, i32 index, u32 flags, u32 change }
 * address: ifaddrmsg { u8 family, u8 prefix length, u8 flags, u8 scope, i32 index }
 * attribute: { u16 length (with this header), u16 type, value }, each on a 4-octet boundary
 */
const headerLength = 16;
const messageType = {
  error: 2,
  done: 3,
  newLink: 16,
  delLink: 17,
  getLink: 18,
  newAddress: 20,
  delAddress: 21,
  getAddress: 22,
};
const requestFlags = 0x301; // NLM_F_REQUEST | NLM_F_DUMP
const dumpInterrupted = 0x10; // NLM_F_DUMP_INTR
const linkAttribute = { address: 1, name: 3, master: 10, carrier: 33 } as const;
const addressAttribute = { address: 1, local: 2 } as const;
const linkFlag = { up: 1, loopback: 8, noArp: 0x80 } as const;
/** RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR. */
export const linkAndAddressGroups = 0x111;

export type NetlinkMessage =
  | {
      readonly type: 'newLink';
      readonly index: number;
      readonly name: string;
      /** Empty for links without one. */
      readonly mac: Uint8Array;
      readonly up: boolean;
      readonly carrier: boolean;
      readonly loopback: boolean;
      readonly noArp: boolean;
      readonly master: number;
      readonly sequence: number;
    }
  | { readonly type: 'delLink'; readonly index: number }
  | {
      readonly type: 'newAddress' | 'delAddress';
      readonly index: number;
      readonly address: Uint8Array;
      readonly sequence: number;
    }
  /** A dump is complete; `interrupted`: things changed meanwhile, it has to be asked for again. */
  | { readonly type: 'done'; readonly sequence: number; readonly interrupted: boolean }
  | { readonly type: 'error'; readonly sequence: number; readonly errno: number };

/** Asks for all links, or all addresses. The replies carry `sequence`. */
export function encodeDumpRequest(what: 'links' | 'addresses', sequence: number): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(headerLength + 16));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, what === 'links' ? messageType.getLink : messageType.getAddress, true);
  view.setUint16(6, requestFlags, true);
  view.setUint32(8, sequence, true);
  return bytes;
}

/** Reads one datagram. Messages of other types, and links in the view of a protocol family, are skipped. */
export function decodeNetlink(bytes: Uint8Array): readonly NetlinkMessage[] {
  // BOUNDED: a message takes at least 16 octets of the datagram.
  const messages: NetlinkMessage[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    if (at + headerLength > bytes.length) throw new DecodeError('netlink message', 'the header is cut off', at);
    const length = view.getUint32(at, true);
    if (length < headerLength || at + length > bytes.length) {
      throw new DecodeError('netlink message', `length ${length} does not fit`, at);
    }
    const message = decodeMessage(view, at, at + length);
    if (message !== undefined) messages.push(message);
    at += align(length);
  }
  return messages;
}

function decodeMessage(view: DataView, at: number, end: number): NetlinkMessage | undefined {
  const type = view.getUint16(at + 4, true);
  const flags = view.getUint16(at + 6, true);
  const sequence = view.getUint32(at + 8, true);
  const body = at + headerLength;
  switch (type) {
    case messageType.done:
      return { type: 'done', sequence, interrupted: (flags & dumpInterrupted) !== 0 };
    case messageType.error:
      require(body + 4 <= end, 'an error without its number', body);
      return { type: 'error', sequence, errno: -view.getInt32(body, true) };
    case messageType.newLink:
    case messageType.delLink:
      return decodeLink(view, at, end);
    case messageType.newAddress:
    case messageType.delAddress:
      return decodeAddress(view, at, end);
    default:
      return undefined;
  }
}

function decodeLink(view: DataView, at: number, end: number): NetlinkMessage | undefined {
  const body = at + headerLength;
  require(body + 16 <= end, 'the link is cut off', body);
  // A bridge speaks of its ports in its own family: there "deleted" means "no longer a port".
  if (view.getUint8(body) !== 0) return undefined;
  const index = view.getInt32(body + 4, true);
  if (view.getUint16(at + 4, true) === messageType.delLink) return { type: 'delLink', index };
  const flags = view.getUint32(body + 8, true);
  const attributes = decodeAttributes(view, body + 16, end);
  return {
    type: 'newLink',
    index,
    name: textOf(attributes.get(linkAttribute.name)),
    mac: attributes.get(linkAttribute.address) ?? new Uint8Array(),
    up: (flags & linkFlag.up) !== 0,
    carrier: numberOf(attributes.get(linkAttribute.carrier)) !== 0,
    loopback: (flags & linkFlag.loopback) !== 0,
    noArp: (flags & linkFlag.noArp) !== 0,
    master: numberOf(attributes.get(linkAttribute.master)),
    sequence: view.getUint32(at + 8, true),
  };
}

function decodeAddress(view: DataView, at: number, end: number): NetlinkMessage | undefined {
  const body = at + headerLength;
  require(body + 8 <= end, 'the address is cut off', body);
  const attributes = decodeAttributes(view, body + 8, end);
  // On point-to-point links IFA_ADDRESS is the other end's, and IFA_LOCAL ours.
  const address = attributes.get(addressAttribute.local) ?? attributes.get(addressAttribute.address);
  if (address === undefined) return undefined;
  return {
    type: view.getUint16(at + 4, true) === messageType.newAddress ? 'newAddress' : 'delAddress',
    index: view.getInt32(body + 4, true),
    address,
    sequence: view.getUint32(at + 8, true),
  };
}

function decodeAttributes(view: DataView, start: number, end: number): ReadonlyMap<number, Uint8Array> {
  // BOUNDED: an attribute takes at least 4 octets of the message.
  const attributes = new Map<number, Uint8Array>();
  let at = start;
  while (at + 4 <= end) {
    const length = view.getUint16(at, true);
    require(length >= 4 && at + length <= end, `attribute length ${length} does not fit`, at);
    // The two upper bits say "nested" and "network order" (NLA_TYPE_MASK).
    const value = new Uint8Array(view.buffer, view.byteOffset + at + 4, length - 4).slice();
    attributes.set(view.getUint16(at + 2, true) & 0x3fff, value);
    at += align(length);
  }
  return attributes;
}

function require(condition: boolean, why: string, offset: number): void {
  if (!condition) throw new DecodeError('netlink message', why, offset);
}

function align(length: number): number {
  return (length + 3) & ~3;
}

function textOf(value: Uint8Array | undefined): string {
  if (value === undefined) return '';
  const end = value.indexOf(0);
  return new TextDecoder().decode(end < 0 ? value : value.subarray(0, end));
}

/** A little-endian number of up to four octets; 0 where the attribute is missing. */
function numberOf(value: Uint8Array | undefined): number {
  return value === undefined ? 0 : value.reduceRight((sum, octet) => sum * 256 + octet, 0);
}
