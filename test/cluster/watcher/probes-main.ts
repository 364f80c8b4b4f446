/**
 * A station on the LAN that prints each probe it hears, `probe MAC ADDRESS`: an ARP probe (RFC 5227 §1.1) or duplicate
 * address detection (RFC 4862 §5.4). Arguments: its interface, and maybe an IPv4 address: it then probes for that itself,
 * and prints `answer MAC`, or `nobody` after a second.
 */

import { addressFromBytes, formatAddress } from '../../../shared/net/address.ts';
import { arpOperation } from '../../../speaker/datapath/arp.ts';
import { etherType } from '../../../speaker/datapath/ethernet.ts';
import type { Frame } from '../../../speaker/datapath/frame.ts';
import { macText, readMac } from '../../../speaker/datapath/mac-words.ts';
import { isDuplicateAddressDetection, isSolicitation, ndpTargetAt } from '../../../speaker/datapath/ndp-frame.ts';
import { arpFilter, ndpFilter } from '../../../speaker/system/bpf.ts';
import { loadLibc } from '../../../speaker/system/libc.ts';
import { PacketSocket } from '../../../speaker/system/packet-socket.ts';
import { arpHex } from '../../support/wire-frames.ts';
import { ip, linkIndex } from '../../support/wire-namespace.ts';

const broadcast = 'ff:ff:ff:ff:ff:ff';
const turnMs = 5;
const waitMs = 1_000;
const [link = 'eth0', wanted] = process.argv.slice(2);
const libc = loadLibc();
const arp = new PacketSocket(libc, { etherType: etherType.arp, filter: arpFilter });
const ndp = new PacketSocket(libc, { etherType: etherType.ipv6, filter: ndpFilter });

function textAt(view: DataView, offset: number, length: number): string {
  const found = addressFromBytes(new Uint8Array(view.buffer, view.byteOffset + offset, length));
  return found === undefined ? '' : formatAddress(found);
}

function readArp({ view }: Frame): void {
  const sender = view.getUint32(28);
  const mac = macText(readMac(view, 22));
  if (sender === 0 && view.getUint16(20) === arpOperation.request) console.log(`probe ${mac} ${textAt(view, 38, 4)}`);
  if (wanted === undefined || view.getUint16(20) !== arpOperation.reply) return;
  if (textAt(view, 28, 4) === wanted) finish(`answer ${mac}`);
}

function readNdp({ view }: Frame): void {
  if (!isSolicitation(view) || !isDuplicateAddressDetection(view)) return;
  console.log(`probe ${macText(readMac(view, 6))} ${textAt(view, ndpTargetAt, 16)}`);
}

function probe(target: string): void {
  const mac = / link\/ether (\S+)/.exec(ip(`-o link show dev ${link}`))?.[1] ?? '';
  const sender = `${mac} 0.0.0.0`;
  const hex = arpHex({ to: broadcast, from: mac, operation: 1, sender, target: `00:00:00:00:00:00 ${target}` });
  const frame = arp.next();
  const bytes = Buffer.from(hex, 'hex');
  for (const [offset, octet] of bytes.entries()) frame.view.setUint8(offset, octet);
  frame.length = bytes.length;
  frame.interfaceIndex = linkIndex(link);
  arp.push();
  arp.flush();
  setTimeout(() => finish('nobody'), waitMs);
}

function finish(line: string): void {
  console.log(line);
  process.exit(0);
}

setInterval(() => {
  while (arp.receive(readArp));
  while (ndp.receive(readNdp));
}, turnMs);
if (wanted !== undefined) probe(wanted);
console.log('listening');
