import { arpOperation, arpOperationOf, arpSenderOf, arpTargetOf, senderHardwareAddressAt } from './arp.ts';
import { ethernetSourceAt } from './ethernet.ts';
import type { Frame } from './frame.ts';
import { ndpOption } from './ndp.ts';
import { isDuplicateAddressDetection, isSolicitation, linkLayerAddressAt, ndpTargetAt } from './ndp-frame.ts';
import { isServedOn, type ServedAddress, type ServedAddresses } from './served-addresses.ts';

/** A station says that it has an address of the table, or is about to. */
export interface AddressUse {
  readonly served: ServedAddress;
  /** Where its MAC lies in the frame. */
  readonly macAt: number;
}

/**
 * The address of the table that the sender of an ARP packet (`isArpFrame`) has, request or reply, or probes for, as
 * RFC 5227 §2.1.1 counts it.
 */
export function arpAddressUse({ view, interfaceIndex }: Frame, served: ServedAddresses): AddressUse | undefined {
  const sender = arpSenderOf(view);
  const isProbe = sender === 0 && arpOperationOf(view) === arpOperation.request;
  return useOf(served.findIpv4(isProbe ? arpTargetOf(view) : sender), interfaceIndex, senderHardwareAddressAt);
}

/** Likewise of a message that `validateNdp` let pass: an advertisement, or duplicate address detection (RFC 4862 §5.4). */
export function ndpAddressUse({ view, interfaceIndex }: Frame, served: ServedAddresses): AddressUse | undefined {
  const found = served.findIpv6(view, ndpTargetAt);
  if (!isSolicitation(view)) {
    return useOf(found, interfaceIndex, linkLayerAddressAt(view, ndpOption.targetLinkLayerAddress));
  }
  return isDuplicateAddressDetection(view) ? useOf(found, interfaceIndex, ethernetSourceAt) : undefined;
}

function useOf(served: ServedAddress | undefined, interfaceIndex: number, macAt: number): AddressUse | undefined {
  return served === undefined || !isServedOn(served, interfaceIndex) ? undefined : { served, macAt };
}
