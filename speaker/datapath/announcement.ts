import { writeGratuitousArp } from './arp.ts';
import type { FrameSink } from './frame-sink.ts';
import { writeUnsolicitedAdvertisement } from './ndp-frame.ts';
import type { ServedAddress, ServedInterface } from './served-addresses.ts';

/** How many frames `writeAnnouncement` sends for an address of that family. */
export function announcementFrames(address: DataView, interfaces: number): number {
  return address.byteLength === 4 ? 2 * interfaces : interfaces;
}

/** Announces the address on all its interfaces: gratuitous ARP in both forms, or an unsolicited advertisement. */
export function writeAnnouncement(served: ServedAddress, sink: FrameSink): void {
  for (const one of served.interfaces) {
    writeDefence(served, one, sink);
    if (served.address.byteLength !== 4) continue;
    const frame = sink.next();
    frame.length = writeGratuitousArp(frame.view, one.mac, served.address.getInt32(0), 'reply');
    frame.interfaceIndex = one.index;
    sink.push();
  }
}

/** One announcement on one interface (RFC 5227 §2.4 b: "one single ARP Announcement"; for IPv6 RFC 4861 §7.2.6). */
export function writeDefence(served: ServedAddress, on: ServedInterface, sink: FrameSink): void {
  const frame = sink.next();
  frame.length =
    served.address.byteLength === 4
      ? writeGratuitousArp(frame.view, on.mac, served.address.getInt32(0), 'request')
      : writeUnsolicitedAdvertisement(frame.view, on.mac, served.address);
  frame.interfaceIndex = on.index;
  sink.push();
}
