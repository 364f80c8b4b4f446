import { DecodeError } from './decode-error.ts';

/*
 * IPv6 header (RFC 8200 §3)
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+---------------+---------------------------------------+
 * |version| traffic class |           flow label                  |
 * +-------+-------+-------+-------+---------------+---------------+
 * |        payload length         |  next header  |   hop limit   |
 * +-------------------------------+---------------+---------------+
 * |                      source address (16)                      |
 * +---------------------------------------------------------------+
 * |                    destination address (16)                   |
 * +---------------------------------------------------------------+
 */
export const ipv6HeaderLength = 40;
export const nextHeaderIcmpv6 = 58;

export const ipv6Field = { payloadLength: 4, nextHeader: 6, hopLimit: 7, source: 8, destination: 24 } as const;

export interface Ipv6Packet {
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly payload: Uint8Array;
}

/** Octets past the payload length are Ethernet padding and are left aside. Extension headers stay in the payload. */
export function decodeIpv6(bytes: Uint8Array): Ipv6Packet {
  if (bytes.length < ipv6HeaderLength) {
    throw new DecodeError('IPv6 packet', `${bytes.length} octets are less than a header`, bytes.length);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint32(0);
  if (first >>> 28 !== 6) throw new DecodeError('IPv6 packet', `version ${first >>> 28}`, 0);
  const payloadLength = view.getUint16(ipv6Field.payloadLength);
  if (ipv6HeaderLength + payloadLength > bytes.length) {
    throw new DecodeError('IPv6 packet', `payload length ${payloadLength} is past the end`, ipv6Field.payloadLength);
  }
  return {
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xfffff,
    nextHeader: view.getUint8(ipv6Field.nextHeader),
    hopLimit: view.getUint8(ipv6Field.hopLimit),
    source: bytes.slice(ipv6Field.source, ipv6Field.destination),
    destination: bytes.slice(ipv6Field.destination, ipv6HeaderLength),
    payload: bytes.slice(ipv6HeaderLength, ipv6HeaderLength + payloadLength),
  };
}

export function encodeIpv6(packet: Ipv6Packet): Uint8Array {
  const bytes = new Uint8Array(ipv6HeaderLength + packet.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (0x6000_0000 | (packet.trafficClass << 20) | packet.flowLabel) >>> 0);
  view.setUint16(ipv6Field.payloadLength, packet.payload.length);
  view.setUint8(ipv6Field.nextHeader, packet.nextHeader);
  view.setUint8(ipv6Field.hopLimit, packet.hopLimit);
  bytes.set(packet.source, ipv6Field.source);
  bytes.set(packet.destination, ipv6Field.destination);
  bytes.set(packet.payload, ipv6HeaderLength);
  return bytes;
}

/** Writes the header of an ICMPv6 message in place, all but the addresses. */
export function writeIcmpv6Header(view: DataView, offset: number, payloadLength: number): void {
  view.setUint32(offset, 0x6000_0000);
  view.setUint16(offset + ipv6Field.payloadLength, payloadLength);
  view.setUint8(offset + ipv6Field.nextHeader, nextHeaderIcmpv6);
  // Neighbour discovery: a router must not have let it through (RFC 4861 §7.1.1).
  view.setUint8(offset + ipv6Field.hopLimit, 255);
}

/** Whether the address at `offset` is `::`. */
export function isUnspecifiedAt(view: DataView, offset: number): boolean {
  return (
    (view.getInt32(offset) | view.getInt32(offset + 4) | view.getInt32(offset + 8) | view.getInt32(offset + 12)) === 0
  );
}

/** Whether the address at `offset` lies in ff00::/8. */
export function isMulticastAt(view: DataView, offset: number): boolean {
  return view.getUint8(offset) === 0xff;
}

/** Whether the address at `offset` lies in ff02::1:ff00:0/104 (RFC 4291 §2.7.1). */
export function isSolicitedNodeAt(view: DataView, offset: number): boolean {
  return (
    view.getUint32(offset) === 0xff020000 &&
    view.getInt32(offset + 4) === 0 &&
    view.getInt32(offset + 8) === 1 &&
    view.getUint8(offset + 12) === 0xff
  );
}

export function copyAddress(from: DataView, fromOffset: number, to: DataView, toOffset: number): void {
  to.setInt32(toOffset, from.getInt32(fromOffset));
  to.setInt32(toOffset + 4, from.getInt32(fromOffset + 4));
  to.setInt32(toOffset + 8, from.getInt32(fromOffset + 8));
  to.setInt32(toOffset + 12, from.getInt32(fromOffset + 12));
}
