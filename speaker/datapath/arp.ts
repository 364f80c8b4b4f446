import { DecodeError } from './decode-error.ts';
import { ethernetHeaderLength, etherType, etherTypeOf, writeEthernetHeader } from './ethernet.ts';
import { broadcastMac, type MacWords, writeMac } from './mac-words.ts';

/*
 * ARP for IPv4 over Ethernet (RFC 826)
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |     hardware type (1)         |     protocol type (0x0800)    |
 * +---------------+---------------+-------------------------------+
 * |  hw length(6) | prot length(4)|           operation           |
 * +---------------+---------------+-------------------------------+
 * |                sender hardware address (6)                    |
 * |                               +-------------------------------+
 * |                               |  sender protocol address (4)  |
 * +-------------------------------+-------------------------------+
 * |                               |  target hardware address (6)  |
 * +-------------------------------+                               |
 * |                                                               |
 * +---------------------------------------------------------------+
 * |                target protocol address (4)                    |
 * +---------------------------------------------------------------+
 */
export const arpLength = 28;
export const arpFrameLength = ethernetHeaderLength + arpLength;
export const arpOperation = { request: 1, reply: 2 } as const;

/** The four fixed fields: Ethernet, IPv4, and their lengths. */
const hardwareAndProtocol = 0x0001_0800;
const addressLengths = 0x0604;

const operationAt = 6;
const senderHardwareAt = 8;
const senderProtocolAt = 14;
const targetHardwareAt = 18;
const targetProtocolAt = 24;
/** Where the sender's MAC lies in a frame. */
export const senderHardwareAddressAt = ethernetHeaderLength + senderHardwareAt;

export interface ArpPacket {
  readonly operation: number;
  readonly senderHardwareAddress: Uint8Array;
  readonly senderProtocolAddress: Uint8Array;
  readonly targetHardwareAddress: Uint8Array;
  readonly targetProtocolAddress: Uint8Array;
}

/** Octets past the 28th are padding and are left aside. Throws DecodeError on other hardware or protocols. */
export function decodeArp(bytes: Uint8Array): ArpPacket {
  if (bytes.length < arpLength) throw new DecodeError('ARP packet', `ends after ${bytes.length} octets`, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0) !== 1) throw new DecodeError('ARP packet', `hardware type ${view.getUint16(0)}`, 0);
  if (view.getUint16(2) !== etherType.ipv4) throw new DecodeError('ARP packet', 'the protocol is not IPv4', 2);
  if (view.getUint8(4) !== 6) throw new DecodeError('ARP packet', `hardware length ${view.getUint8(4)}`, 4);
  if (view.getUint8(5) !== 4) throw new DecodeError('ARP packet', `protocol length ${view.getUint8(5)}`, 5);
  return {
    operation: view.getUint16(operationAt),
    senderHardwareAddress: bytes.slice(senderHardwareAt, senderProtocolAt),
    senderProtocolAddress: bytes.slice(senderProtocolAt, targetHardwareAt),
    targetHardwareAddress: bytes.slice(targetHardwareAt, targetProtocolAt),
    targetProtocolAddress: bytes.slice(targetProtocolAt, arpLength),
  };
}

export function encodeArp(packet: ArpPacket): Uint8Array {
  const bytes = new Uint8Array(arpLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, hardwareAndProtocol);
  view.setUint16(4, addressLengths);
  view.setUint16(operationAt, packet.operation);
  bytes.set(packet.senderHardwareAddress, senderHardwareAt);
  bytes.set(packet.senderProtocolAddress, senderProtocolAt);
  bytes.set(packet.targetHardwareAddress, targetHardwareAt);
  bytes.set(packet.targetProtocolAddress, targetProtocolAt);
  return bytes;
}

/** In place: whether the frame is what `decodeArp` would read, from a single station. */
export function isArpFrame(view: DataView, length: number): boolean {
  return (
    length >= arpFrameLength &&
    etherTypeOf(view, length) === etherType.arp &&
    view.getInt32(ethernetHeaderLength) === hardwareAndProtocol &&
    view.getUint16(ethernetHeaderLength + 4) === addressLengths &&
    // A group is nobody's hardware address, and an answer to it would reach many.
    (view.getUint8(senderHardwareAddressAt) & 1) === 0
  );
}

/** In place, of a frame that `isArpFrame`. */
export function arpOperationOf(view: DataView): number {
  return view.getUint16(ethernetHeaderLength + operationAt);
}

/** The sender's IPv4 address as a signed number; 0 in a probe (RFC 5227 §1.1). */
export function arpSenderOf(view: DataView): number {
  return view.getInt32(ethernetHeaderLength + senderProtocolAt);
}

export function arpTargetOf(view: DataView): number {
  return view.getInt32(ethernetHeaderLength + targetProtocolAt);
}

/** Writes the answer to the request in place: "the address you asked for is at `mac`". Returns its length. */
export function writeArpReply(request: DataView, reply: DataView, mac: MacWords): number {
  const high = request.getUint16(ethernetHeaderLength + senderHardwareAt);
  const low = request.getInt32(ethernetHeaderLength + senderHardwareAt + 2);
  // To the hardware address in the packet, not to that of the frame (RFC 826, "Packet Reception").
  reply.setUint16(0, high);
  reply.setInt32(2, low);
  writeMac(reply, 6, mac);
  reply.setUint16(12, etherType.arp);
  writeFixedFields(reply, arpOperation.reply);
  writeMac(reply, ethernetHeaderLength + senderHardwareAt, mac);
  reply.setInt32(ethernetHeaderLength + senderProtocolAt, arpTargetOf(request));
  reply.setUint16(ethernetHeaderLength + targetHardwareAt, high);
  reply.setInt32(ethernetHeaderLength + targetHardwareAt + 2, low);
  reply.setInt32(ethernetHeaderLength + targetProtocolAt, arpSenderOf(request));
  return arpFrameLength;
}

const noMac: MacWords = { high: 0, low: 0 };

/** Who asks: a MAC, and one of its IPv4 addresses; 0 where it has none (a probe, RFC 5227 §1.1). */
export interface ArpAsker {
  readonly mac: MacWords;
  readonly address: number;
}

/** Writes "who has `target`?" to one station, or to all (RFC 1122 §2.3.2.1 asks one to confirm what is known of it). */
export function writeArpRequest(view: DataView, to: MacWords, asker: ArpAsker, target: number): number {
  writeEthernetHeader(view, to, asker.mac, etherType.arp);
  writeFixedFields(view, arpOperation.request);
  writeMac(view, senderHardwareAddressAt, asker.mac);
  view.setInt32(ethernetHeaderLength + senderProtocolAt, asker.address);
  writeMac(view, ethernetHeaderLength + targetHardwareAt, noMac);
  view.setInt32(ethernetHeaderLength + targetProtocolAt, target);
  return arpFrameLength;
}

/**
 * Writes a broadcast "`address` is at `mac`". The request form is the ARP Announcement of RFC 5227 §2.3; the reply form
 * (RFC 5944 §4.6) reaches those that update their cache from replies alone.
 */
export function writeGratuitousArp(view: DataView, mac: MacWords, address: number, form: 'request' | 'reply'): number {
  writeEthernetHeader(view, broadcastMac, mac, etherType.arp);
  writeFixedFields(view, arpOperation[form]);
  writeMac(view, ethernetHeaderLength + senderHardwareAt, mac);
  view.setInt32(ethernetHeaderLength + senderProtocolAt, address);
  writeMac(view, ethernetHeaderLength + targetHardwareAt, form === 'reply' ? mac : noMac);
  view.setInt32(ethernetHeaderLength + targetProtocolAt, address);
  return arpFrameLength;
}

function writeFixedFields(view: DataView, operation: number): void {
  view.setInt32(ethernetHeaderLength, hardwareAndProtocol);
  view.setUint16(ethernetHeaderLength + 4, addressLengths);
  view.setUint16(ethernetHeaderLength + operationAt, operation);
}
