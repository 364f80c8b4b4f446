import { addressBytes, parseAddress } from '../../shared/net/address.ts';
import { parseMac } from '../../shared/net/mac.ts';
import { encodeArp } from '../../speaker/datapath/arp.ts';
import { encodeEthernet, etherType } from '../../speaker/datapath/ethernet.ts';
import { encodeIpv6 } from '../../speaker/datapath/ipv6.ts';
import { encodeNdp, type NdpMessage, type NdpOption } from '../../speaker/datapath/ndp.ts';

/* Frames as tests write them: text in, hex out. */

export function mac(text: string): Uint8Array {
  const bytes = parseMac(text);
  if (bytes === undefined) throw new Error(`no MAC: ${text}`);
  return bytes;
}

export function address(text: string): Uint8Array {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`no address: ${text}`);
  return addressBytes(parsed);
}

export interface ArpText {
  readonly to: string;
  readonly from: string;
  readonly operation: number;
  /** "MAC address". */
  readonly sender: string;
  readonly target: string;
}

export function arpHex(text: ArpText): string {
  const [senderMac = '', senderIp = ''] = text.sender.split(' ');
  const [targetMac = '', targetIp = ''] = text.target.split(' ');
  const payload = encodeArp({
    operation: text.operation,
    senderHardwareAddress: mac(senderMac),
    senderProtocolAddress: address(senderIp),
    targetHardwareAddress: mac(targetMac),
    targetProtocolAddress: address(targetIp),
  });
  return frameHex(text.to, text.from, etherType.arp, payload);
}

export interface NdpText {
  readonly to: string;
  readonly from: string;
  readonly source: string;
  readonly destination: string;
  readonly hopLimit?: number;
  readonly message: NdpMessage;
}

export function ndpHex(text: NdpText): string {
  const addresses = { source: address(text.source), destination: address(text.destination) };
  const packet = encodeIpv6({
    trafficClass: 0,
    flowLabel: 0,
    nextHeader: 58,
    hopLimit: text.hopLimit ?? 255,
    ...addresses,
    payload: encodeNdp(text.message, addresses),
  });
  return frameHex(text.to, text.from, etherType.ipv6, packet);
}

function frameHex(to: string, from: string, type: number, payload: Uint8Array): string {
  const frame = encodeEthernet({ destination: mac(to), source: mac(from), etherType: type, payload });
  return Buffer.from(frame).toString('hex');
}

export function solicitation(target: string, sourceMac?: string): NdpMessage {
  const options: NdpOption[] = sourceMac === undefined ? [] : [{ type: 1, value: mac(sourceMac) }];
  return { type: 'neighborSolicitation', targetAddress: address(target), options };
}

export function advertisement(
  target: string,
  targetMac: string,
  flags: { solicited: boolean; override: boolean },
): NdpMessage {
  return {
    type: 'neighborAdvertisement',
    router: false,
    ...flags,
    targetAddress: address(target),
    options: [{ type: 2, value: mac(targetMac) }],
  };
}
