import { DecodeError } from './decode-error.ts';
import { icmpv6Checksum } from './icmpv6-checksum.ts';
import { encodeIpv6, nextHeaderIcmpv6 } from './ipv6.ts';

/*
 * Neighbor Solicitation and Advertisement (RFC 4861 §4.3, §4.4)
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |  type 135/136 |   code (0)    |           checksum            |
 * +-+-+-+---------+---------------+-------------------------------+
 * |R|S|O|                reserved (flags in 136 only)             |
 * +-+-+-+---------------------------------------------------------+
 * |                      target address (16)                      |
 * +---------------+---------------+-------------------------------+
 * |  option type  | length (in 8) |  value …
 * +---------------+---------------+------
 */
export const ndpType = { neighborSolicitation: 135, neighborAdvertisement: 136 } as const;
export const ndpLength = 24;
export const ndpField = { type: 0, code: 1, checksum: 2, flags: 4, target: 8 } as const;
export const ndpFlag = { router: 0x80, solicited: 0x40, override: 0x20 } as const;

/** Options (RFC 4861 §4.6): the two that carry a link-layer address; others are kept as they are and skipped. */
export const ndpOption = { sourceLinkLayerAddress: 1, targetLinkLayerAddress: 2 } as const;

export interface NdpOption {
  readonly type: number;
  /** Without type and length; always 8·n − 2 octets. */
  readonly value: Uint8Array;
}

export type NdpMessage =
  | {
      readonly type: 'neighborSolicitation';
      readonly targetAddress: Uint8Array;
      readonly options: readonly NdpOption[];
    }
  | {
      readonly type: 'neighborAdvertisement';
      readonly router: boolean;
      readonly solicited: boolean;
      readonly override: boolean;
      readonly targetAddress: Uint8Array;
      readonly options: readonly NdpOption[];
    };

/** Source and destination of the packet: the checksum covers them. */
export interface NdpAddresses {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

/** Reads an ICMPv6 message. What RFC 4861 §7.1 asks beyond structure (hop limit, checksum) is `validateNdp`'s. */
export function decodeNdp(bytes: Uint8Array): NdpMessage {
  if (bytes.length < ndpLength) throw new DecodeError('NDP message', `ends after ${bytes.length} octets`, bytes.length);
  const type = bytes[ndpField.type];
  if (bytes[ndpField.code] !== 0) throw new DecodeError('NDP message', 'the code is not 0', ndpField.code);
  const targetAddress = bytes.slice(ndpField.target, ndpLength);
  const options = decodeOptions(bytes);
  if (type === ndpType.neighborSolicitation) return { type: 'neighborSolicitation', targetAddress, options };
  if (type !== ndpType.neighborAdvertisement) throw new DecodeError('NDP message', `type ${type}`, ndpField.type);
  const flags = bytes[ndpField.flags] ?? 0;
  return {
    type: 'neighborAdvertisement',
    router: (flags & ndpFlag.router) !== 0,
    solicited: (flags & ndpFlag.solicited) !== 0,
    override: (flags & ndpFlag.override) !== 0,
    targetAddress,
    options,
  };
}

function decodeOptions(bytes: Uint8Array): NdpOption[] {
  // BOUNDED: an option takes at least 8 octets of the message.
  const options: NdpOption[] = [];
  let at = ndpLength;
  while (at < bytes.length) {
    const type = bytes[at];
    const length = (bytes[at + 1] ?? 0) * 8;
    if (type === undefined || length === 0) throw new DecodeError('NDP option', 'its length is zero', at + 1);
    if (at + length > bytes.length) throw new DecodeError('NDP option', `length ${length} is past the end`, at + 1);
    options.push({ type, value: bytes.slice(at + 2, at + length) });
    at += length;
  }
  return options;
}

/** With its checksum. */
export function encodeNdp(message: NdpMessage, addresses: NdpAddresses): Uint8Array {
  const optionsLength = message.options.reduce((sum, option) => sum + 2 + option.value.length, 0);
  const bytes = new Uint8Array(ndpLength + optionsLength);
  bytes[ndpField.type] = ndpType[message.type];
  if (message.type === 'neighborAdvertisement') {
    bytes[ndpField.flags] =
      (message.router ? ndpFlag.router : 0) |
      (message.solicited ? ndpFlag.solicited : 0) |
      (message.override ? ndpFlag.override : 0);
  }
  bytes.set(message.targetAddress, ndpField.target);
  let at = ndpLength;
  for (const option of message.options) {
    bytes[at] = option.type;
    bytes[at + 1] = (2 + option.value.length) / 8;
    bytes.set(option.value, at + 2);
    at += 2 + option.value.length;
  }
  const checksum = checksumOf(bytes, addresses);
  bytes[ndpField.checksum] = checksum >>> 8;
  bytes[ndpField.checksum + 1] = checksum & 0xff;
  return bytes;
}

function checksumOf(message: Uint8Array, addresses: NdpAddresses): number {
  const packet = encodeIpv6({
    trafficClass: 0,
    flowLabel: 0,
    nextHeader: nextHeaderIcmpv6,
    hopLimit: 255,
    source: addresses.source,
    destination: addresses.destination,
    payload: message,
  });
  return icmpv6Checksum(new DataView(packet.buffer), 0, message.length);
}
