import { addressBytes, parseAddress } from '../../shared/net/address.ts';
import { addressFamily } from './linux.ts';

/*
 * struct sockaddr_in (16)                    struct sockaddr_in6 (28)
 *   0 sin_family u16                           0 sin6_family u16
 *   2 sin_port   u16, network order            2 sin6_port   u16, network order
 *   4 sin_addr   4 octets                      4 sin6_flowinfo u32
 *   8 zero       8 octets                      8 sin6_addr   16 octets
 *                                             24 sin6_scope_id u32
 */
const layouts = {
  IPv4: { family: addressFamily.inet, length: 16, addressAt: 4 },
  IPv6: { family: addressFamily.inet6, length: 28, addressAt: 8 },
} as const;

/** A UDP address as the kernel reads it. */
export interface SocketAddress {
  readonly family: number;
  readonly bytes: Uint8Array;
}

/** Undefined for what is no address. */
export function socketAddressOf(ip: string, port: number): SocketAddress | undefined {
  const address = parseAddress(ip);
  if (address === undefined) return undefined;
  const { family, length, addressAt } = layouts[address.family];
  const bytes = new Uint8Array(new ArrayBuffer(length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  view.setUint16(2, port);
  bytes.set(addressBytes(address), addressAt);
  return { family, bytes };
}
