import {
  arpOperation,
  arpOperationOf,
  arpSenderOf,
  arpTargetOf,
  isArpFrame,
  senderHardwareAddressAt,
  writeArpReply,
} from './arp.ts';
import { ethernetSourceAt, isAddressedTo } from './ethernet.ts';
import type { Frame } from './frame.ts';
import { ndpOption } from './ndp.ts';
import {
  isSolicitation,
  linkLayerAddressAt,
  type NdpFault,
  ndpTargetAt,
  validateNdp,
  writeSolicitedAdvertisement,
} from './ndp-frame.ts';
import { isServedOn, type ServedAddress, type ServedAddresses } from './served-addresses.ts';

/** What became of a frame: an answer, or why there is none. These are counted, and are metric labels. */
export type Verdict =
  | 'answered'
  /** Another station says that it has an address of ours: `ConflictWatch` decides. */
  | 'foreignClaim'
  | 'interfaceNotServing'
  | 'otherDestination'
  | 'ownFrame'
  | 'arpMalformed'
  | 'arpNotRequest'
  | 'ndpNotSolicitation'
  | 'addressUnknown'
  | 'addressOnOtherInterface'
  | 'notOwner'
  | NdpFault;

/**
 * Answers an ARP request or probe (RFC 826, RFC 5227 §2.1.1) for an owned address. On `answered` the reply stands in
 * `reply`; on anything else `reply` is untouched.
 */
export function answerArp(frame: Frame, reply: Frame, served: ServedAddresses): Verdict {
  const { view, interfaceIndex } = frame;
  const mac = served.macOf(interfaceIndex);
  if (mac === undefined) return 'interfaceNotServing';
  if (!isArpFrame(view, frame.length)) return 'arpMalformed';
  if (served.isOwnMacAt(view, ethernetSourceAt)) return 'ownFrame';
  if (!isAddressedTo(view, mac)) return 'otherDestination';
  if (claimedArpAddress(frame, served) !== undefined) return 'foreignClaim';
  if (arpOperationOf(view) !== arpOperation.request) return 'arpNotRequest';
  const refusal = refusalOf(served.findIpv4(arpTargetOf(view)), interfaceIndex);
  if (refusal !== undefined) return refusal;
  reply.length = writeArpReply(view, reply.view, mac);
  reply.interfaceIndex = interfaceIndex;
  return 'answered';
}

/** Answers a neighbour solicitation (RFC 4861 §7.2.4), multicast, unicast or from `::`; otherwise as `answerArp`. */
export function answerNdp(frame: Frame, reply: Frame, served: ServedAddresses): Verdict {
  const { view, interfaceIndex } = frame;
  const mac = served.macOf(interfaceIndex);
  if (mac === undefined) return 'interfaceNotServing';
  const fault = validateNdp(view, frame.length);
  if (fault !== undefined) return fault;
  if (served.isOwnMacAt(view, ethernetSourceAt)) return 'ownFrame';
  if (!isAddressedTo(view, mac)) return 'otherDestination';
  if (!isSolicitation(view)) {
    return claimedNdpAddress(frame, served) === undefined ? 'ndpNotSolicitation' : 'foreignClaim';
  }
  const refusal = refusalOf(served.findIpv6(view, ndpTargetAt), interfaceIndex);
  if (refusal !== undefined) return refusal;
  reply.length = writeSolicitedAdvertisement(view, reply.view, mac);
  reply.interfaceIndex = interfaceIndex;
  return 'answered';
}

/** The owned address that a foreign station names as its own in an ARP packet, request or reply (RFC 5227 §2.4). */
export function claimedArpAddress(frame: Frame, served: ServedAddresses): ServedAddress | undefined {
  const claimed = served.findIpv4(arpSenderOf(frame.view));
  if (refusalOf(claimed, frame.interfaceIndex) !== undefined) return undefined;
  return served.isOwnMacAt(frame.view, senderHardwareAddressAt) ? undefined : claimed;
}

/** The owned address that an advertisement says is at a foreign MAC. */
export function claimedNdpAddress(frame: Frame, served: ServedAddresses): ServedAddress | undefined {
  const claimed = served.findIpv6(frame.view, ndpTargetAt);
  if (refusalOf(claimed, frame.interfaceIndex) !== undefined) return undefined;
  const macAt = linkLayerAddressAt(frame.view, ndpOption.targetLinkLayerAddress);
  return served.isOwnMacAt(frame.view, macAt) ? undefined : claimed;
}

function refusalOf(
  served: ServedAddress | undefined,
  interfaceIndex: number,
): 'addressUnknown' | 'notOwner' | 'addressOnOtherInterface' | undefined {
  if (served === undefined) return 'addressUnknown';
  if (!served.owned) return 'notOwner';
  return isServedOn(served, interfaceIndex) ? undefined : 'addressOnOtherInterface';
}
