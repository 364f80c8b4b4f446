import { DecodeError } from './decode-error.ts';
import { isMacAt, type MacWords, writeMac } from './mac-words.ts';

/*
 * Ethernet II (RFC 894)
 *
 *  0                   1
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3
 * +-----------+-----------+---+---------
 * |destination|  source   |typ| payload, padded to 46 octets
 * +-----------+-----------+---+---------
 */
export const ethernetHeaderLength = 14;
export const ethernetSourceAt = 6;
const etherTypeOffset = 12;

export const etherType = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd } as const;

export interface EthernetFrame {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly etherType: number;
  /** With whatever padding the frame carries: only the payload knows its own length. */
  readonly payload: Uint8Array;
}

/** Throws DecodeError on less than a header, and on an 802.3 length in place of a type. */
export function decodeEthernet(bytes: Uint8Array): EthernetFrame {
  if (bytes.length < ethernetHeaderLength) {
    throw new DecodeError('Ethernet frame', `${bytes.length} octets are less than a header`, bytes.length);
  }
  const type = viewOf(bytes).getUint16(etherTypeOffset);
  if (type < 0x0600) throw new DecodeError('Ethernet frame', 'an 802.3 length, not a type', etherTypeOffset);
  return {
    destination: bytes.slice(0, ethernetSourceAt),
    source: bytes.slice(ethernetSourceAt, etherTypeOffset),
    etherType: type,
    payload: bytes.slice(ethernetHeaderLength),
  };
}

export function encodeEthernet(frame: EthernetFrame): Uint8Array {
  const bytes = new Uint8Array(ethernetHeaderLength + frame.payload.length);
  bytes.set(frame.destination, 0);
  bytes.set(frame.source, ethernetSourceAt);
  viewOf(bytes).setUint16(etherTypeOffset, frame.etherType);
  bytes.set(frame.payload, ethernetHeaderLength);
  return bytes;
}

/** The type of a frame that lies in place; 0 where it is too short to have one. */
export function etherTypeOf(view: DataView, length: number): number {
  return length < ethernetHeaderLength ? 0 : view.getUint16(etherTypeOffset);
}

/** Whether a station with that MAC, in all multicast groups, has to look at the frame. */
export function isAddressedTo(view: DataView, mac: MacWords): boolean {
  return isMacAt(view, 0, mac) || (view.getUint8(0) & 1) === 1;
}

export function writeEthernetHeader(view: DataView, destination: MacWords, source: MacWords, type: number): void {
  writeMac(view, 0, destination);
  writeMac(view, ethernetSourceAt, source);
  view.setUint16(etherTypeOffset, type);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
