import type { ServedAddress } from './served-addresses.ts';

/** A solicited-node group on one interface, ff02::1:ffXX:XXXX (RFC 4291 §2.7.1). */
export interface GroupMembership {
  readonly interfaceIndex: number;
  /** The last 24 bits, which are those of the address. */
  readonly suffix: number;
}

/** The last 24 bits of an address of 16 octets. */
export function solicitedNodeSuffix(address: DataView): number {
  return address.getUint32(12) & 0xffffff;
}

/** The group's 16 octets. */
export function solicitedNodeGroup(suffix: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xff020000);
  view.setUint8(11, 1);
  view.setUint32(12, (0xff000000 | suffix) >>> 0);
  return bytes;
}

/** One number per membership: interface indexes fit 31 bits, so it stays below 2^55 only where 29 suffice; Linux counts up from 1. */
export function membershipKey(membership: GroupMembership): number {
  return membership.interfaceIndex * 0x1000000 + membership.suffix;
}

/** What has to be joined so that solicitations for the addresses arrive. Addresses with equal last 24 bits share one. */
export function wantedMemberships(addresses: Iterable<ServedAddress>): ReadonlyMap<number, GroupMembership> {
  const wanted = new Map<number, GroupMembership>();
  for (const { address, interfaces } of addresses) {
    if (address.byteLength !== 16) continue;
    const suffix = solicitedNodeSuffix(address);
    for (const { index } of interfaces) {
      const membership = { interfaceIndex: index, suffix };
      wanted.set(membershipKey(membership), membership);
    }
  }
  return wanted;
}
