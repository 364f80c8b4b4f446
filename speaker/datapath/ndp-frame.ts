import { ethernetHeaderLength, ethernetSourceAt, etherType } from './ethernet.ts';
import { icmpv6Checksum } from './icmpv6-checksum.ts';
import {
  copyAddress,
  ipv6Field,
  ipv6HeaderLength,
  isMulticastAt,
  isSolicitedNodeAt,
  isUnspecifiedAt,
  nextHeaderIcmpv6,
  writeIcmpv6Header,
} from './ipv6.ts';
import { type MacWords, writeMac } from './mac-words.ts';
import { ndpField, ndpFlag, ndpLength, ndpOption, ndpType } from './ndp.ts';
import { solicitedNodeGroup, solicitedNodeSuffix } from './solicited-node-group.ts';

/* Neighbour discovery in the frames it travels in, read and written in place: the hot loop's half of `ndp.ts`. */

const ipv6At = ethernetHeaderLength;
const icmpAt = ipv6At + ipv6HeaderLength;
const sourceAt = ipv6At + ipv6Field.source;
const destinationAt = ipv6At + ipv6Field.destination;
/** Where the target address lies in a frame. */
export const ndpTargetAt = icmpAt + ndpField.target;
const optionsAt = icmpAt + ndpLength;
const advertisementLength = ndpLength + 8;
export const advertisementFrameLength = icmpAt + advertisementLength;

/** Why a message is to be dropped without an answer (RFC 4861 §7.1.1, §7.1.2). */
export type NdpFault =
  | 'ndpMalformed'
  | 'ndpHopLimit'
  | 'ndpChecksum'
  | 'ndpOptionLength'
  | 'ndpTargetMulticast'
  | 'ndpDuplicateAddressDetection';

/** The validity checks of RFC 4861 §7.1.1 and §7.1.2 on a frame in place. */
export function validateNdp(view: DataView, length: number): NdpFault | undefined {
  if (length < optionsAt || view.getUint16(12) !== etherType.ipv6) return 'ndpMalformed';
  if (view.getUint8(ipv6At) >>> 4 !== 6 || view.getUint8(ipv6At + ipv6Field.nextHeader) !== nextHeaderIcmpv6) {
    return 'ndpMalformed';
  }
  const icmpLength = view.getUint16(ipv6At + ipv6Field.payloadLength);
  if (icmpLength < ndpLength || icmpAt + icmpLength > length) return 'ndpMalformed';
  const type = view.getUint8(icmpAt);
  if (type !== ndpType.neighborSolicitation && type !== ndpType.neighborAdvertisement) return 'ndpMalformed';
  if (view.getUint8(icmpAt + ndpField.code) !== 0) return 'ndpMalformed';
  if (view.getUint8(ipv6At + ipv6Field.hopLimit) !== 255) return 'ndpHopLimit';
  if (icmpv6Checksum(view, ipv6At, icmpLength) !== 0) return 'ndpChecksum';
  if (isMulticastAt(view, ndpTargetAt)) return 'ndpTargetMulticast';
  if (isFromGroup(view)) return 'ndpMalformed';
  return validateOptions(view, icmpAt + icmpLength, type);
}

/** A group sends nothing (RFC 4291 §2.7), and an answer to it would reach many. */
function isFromGroup(view: DataView): boolean {
  return isMulticastAt(view, sourceAt) || (view.getUint8(ethernetSourceAt) & 1) === 1;
}

function validateOptions(view: DataView, end: number, type: number): NdpFault | undefined {
  let at = optionsAt;
  let hasSource = false;
  while (at < end) {
    const length = at + 1 < end ? view.getUint8(at + 1) * 8 : 0;
    if (length === 0 || at + length > end) return 'ndpOptionLength';
    if (view.getUint8(at) === ndpOption.sourceLinkLayerAddress) {
      // A group is nobody's link-layer address, and an answer to it would reach many.
      if ((view.getUint8(at + 2) & 1) === 1) return 'ndpMalformed';
      hasSource = true;
    }
    at += length;
  }
  return type === ndpType.neighborSolicitation ? validateSolicitation(view, hasSource) : validateAdvertisement(view);
}

/** From `::` only to a solicited-node group, and without a source link-layer address (RFC 4861 §7.1.1). */
function validateSolicitation(view: DataView, hasSource: boolean): NdpFault | undefined {
  if (!isUnspecifiedAt(view, sourceAt)) return undefined;
  return hasSource || !isSolicitedNodeAt(view, destinationAt) ? 'ndpDuplicateAddressDetection' : undefined;
}

/** The solicited flag must be clear in what goes to a group (RFC 4861 §7.1.2). */
function validateAdvertisement(view: DataView): NdpFault | undefined {
  const solicited = (view.getUint8(icmpAt + ndpField.flags) & ndpFlag.solicited) !== 0;
  return solicited && isMulticastAt(view, destinationAt) ? 'ndpMalformed' : undefined;
}

/** In place, of a frame that `validateNdp` let pass. */
export function isSolicitation(view: DataView): boolean {
  return view.getUint8(icmpAt) === ndpType.neighborSolicitation;
}

/** Of a valid solicitation: its sender does not have the target yet, and asks whether anybody has (RFC 4862 §5.4.2). */
export function isDuplicateAddressDetection(view: DataView): boolean {
  return isUnspecifiedAt(view, sourceAt);
}

/** Where the frame names the link-layer address: in that option, or as the frame's source where the option is missing. */
export function linkLayerAddressAt(view: DataView, type: number): number {
  const end = icmpAt + view.getUint16(ipv6At + ipv6Field.payloadLength);
  for (let at = optionsAt; at + 8 <= end; at += view.getUint8(at + 1) * 8) {
    if (view.getUint8(at) === type) return at + 2;
  }
  return ethernetSourceAt;
}

/**
 * Writes the answer to a valid solicitation (RFC 4861 §7.2.4). To `::`, which is duplicate address detection, it goes to
 * all nodes with the solicited flag clear. The override flag is set: one node at a time owns the address, so that what
 * it says replaces what others said before; it is neither anycast nor proxied. Returns the frame's length.
 */
export function writeSolicitedAdvertisement(solicitation: DataView, reply: DataView, mac: MacWords): number {
  const detection = isDuplicateAddressDetection(solicitation);
  if (detection) {
    writeAllNodes(reply);
  } else {
    copyMac(solicitation, linkLayerAddressAt(solicitation, ndpOption.sourceLinkLayerAddress), reply);
    copyAddress(solicitation, sourceAt, reply, destinationAt);
  }
  copyAddress(solicitation, ndpTargetAt, reply, ndpTargetAt);
  return finishAdvertisement(reply, mac, detection ? ndpFlag.override : ndpFlag.solicited | ndpFlag.override);
}

/** Writes "`address` is at `mac`" to all nodes (RFC 4861 §7.2.6). `address` holds 16 octets. */
export function writeUnsolicitedAdvertisement(view: DataView, mac: MacWords, address: DataView): number {
  writeAllNodes(view);
  copyAddress(address, 0, view, ndpTargetAt);
  return finishAdvertisement(view, mac, ndpFlag.override);
}

/** Who asks: a MAC, and the 16 octets of one of its addresses. */
export interface NdpAsker {
  readonly mac: MacWords;
  readonly address: DataView;
}

/**
 * Writes "who has `target`?" (RFC 4861 §7.2.2): to the station with that MAC, as unreachability detection does, or to
 * the target's solicited-node group. Returns the frame's length.
 */
export function writeSolicitation(view: DataView, to: MacWords | 'group', asker: NdpAsker, target: DataView): number {
  if (to === 'group') writeSolicitedNodeGroup(view, target);
  else {
    writeMac(view, 0, to);
    copyAddress(target, 0, view, destinationAt);
  }
  view.setUint16(optionsAt, (ndpOption.sourceLinkLayerAddress << 8) | 1);
  writeMac(view, optionsAt + 2, asker.mac);
  return finishSolicitation(view, asker, target, advertisementLength);
}

const unspecified = new DataView(new ArrayBuffer(16));

/**
 * Writes "does anybody have `target`?" from `::`, to its solicited-node group and without the sender's link-layer
 * address (RFC 4862 §5.4.2, RFC 4861 §4.3). Returns the frame's length.
 */
export function writeDuplicateAddressDetection(view: DataView, mac: MacWords, target: DataView): number {
  writeSolicitedNodeGroup(view, target);
  return finishSolicitation(view, { mac, address: unspecified }, target, ndpLength);
}

/** All but the destination and options, which stand already. `length`: of the ICMPv6 message. */
function finishSolicitation(view: DataView, asker: NdpAsker, target: DataView, length: number): number {
  writeMac(view, ethernetSourceAt, asker.mac);
  view.setUint16(12, etherType.ipv6);
  writeIcmpv6Header(view, ipv6At, length);
  copyAddress(asker.address, 0, view, sourceAt);
  view.setUint32(icmpAt, ndpType.neighborSolicitation << 24);
  view.setUint32(icmpAt + ndpField.flags, 0);
  copyAddress(target, 0, view, ndpTargetAt);
  view.setUint16(icmpAt + ndpField.checksum, icmpv6Checksum(view, ipv6At, length));
  return icmpAt + length;
}

/** The target's solicited-node group, and its MAC: 33-33 and the last four octets of the group (RFC 2464 §7). */
function writeSolicitedNodeGroup(view: DataView, target: DataView): void {
  const group = new DataView(solicitedNodeGroup(solicitedNodeSuffix(target)).buffer);
  view.setUint16(0, 0x3333);
  view.setUint32(2, group.getUint32(12));
  copyAddress(group, 0, view, destinationAt);
}

const allNodesMac: MacWords = { high: 0x3333, low: 1 };

/** ff02::1 and its MAC (RFC 2464 §7). */
function writeAllNodes(view: DataView): void {
  writeMac(view, 0, allNodesMac);
  view.setUint32(destinationAt, 0xff020000);
  view.setInt32(destinationAt + 4, 0);
  view.setInt32(destinationAt + 8, 0);
  view.setInt32(destinationAt + 12, 1);
}

function copyMac(from: DataView, offset: number, to: DataView): void {
  to.setUint16(0, from.getUint16(offset));
  to.setInt32(2, from.getInt32(offset + 2));
}

/** All but destination and target, which stand already. The source is the address itself. */
function finishAdvertisement(view: DataView, mac: MacWords, flags: number): number {
  writeMac(view, 6, mac);
  view.setUint16(12, etherType.ipv6);
  writeIcmpv6Header(view, ipv6At, advertisementLength);
  copyAddress(view, ndpTargetAt, view, sourceAt);
  view.setUint32(icmpAt, ndpType.neighborAdvertisement << 24);
  view.setUint32(icmpAt + ndpField.flags, (flags << 24) >>> 0);
  view.setUint16(optionsAt, (ndpOption.targetLinkLayerAddress << 8) | 1);
  writeMac(view, optionsAt + 2, mac);
  view.setUint16(icmpAt + ndpField.checksum, icmpv6Checksum(view, ipv6At, advertisementLength));
  return advertisementFrameLength;
}
