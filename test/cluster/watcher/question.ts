import { arpOperation } from '../../../speaker/datapath/arp.ts';
import type { Frame } from '../../../speaker/datapath/frame.ts';
import { ndpType } from '../../../speaker/datapath/ndp.ts';
import { address, arpHex, ndpHex, solicitation } from '../../support/wire-frames.ts';

/** What a frame says about the address: an answer to the numbered request, or an announcement. */
export type Reading = { readonly type: 'answer'; readonly request: number } | { readonly type: 'announcement' };

/**
 * How one address is asked for. Each request comes from another sender, which no machine has: so the answer, which is
 * addressed to that one, tells which request it answers.
 */
export interface Question {
  readonly protocol: 'arp' | 'ndp';
  /** The request with that number, below 2^24. */
  frame(request: number): Uint8Array;
  /** Undefined where the frame says nothing about this address. */
  read(frame: Frame): Reading | undefined;
}

const broadcast = 'ff:ff:ff:ff:ff:ff';

/** For an address of either family; `mac` is that of the interface that asks. */
export function questionFor(target: string, mac: string): Question {
  return target.includes(':') ? ndpQuestion(target, mac) : arpQuestion(target, mac);
}

/** RFC 826; the octets that the numbers below name are of the whole frame. */
function arpQuestion(target: string, mac: string): Question {
  const template = arpHex({
    to: broadcast,
    from: mac,
    operation: arpOperation.request,
    sender: `${mac} 10.0.0.0`,
    target: `00:00:00:00:00:00 ${target}`,
  });
  const bytes = Uint8Array.from(Buffer.from(template, 'hex'));
  const view = new DataView(bytes.buffer);
  const asked = view.getUint32(38);
  return {
    protocol: 'arp',
    frame: (request) => {
      view.setUint32(28, 0x0a00_0000 + request);
      return bytes;
    },
    read: ({ view: frame }) => {
      if (frame.getUint32(28) !== asked) return undefined;
      const receiver = frame.getUint32(38);
      if (receiver === asked) return { type: 'announcement' };
      return frame.getUint16(20) === arpOperation.reply ? { type: 'answer', request: receiver & 0xff_ffff } : undefined;
    },
  };
}

/** RFC 4861 §4.3, §4.4. */
function ndpQuestion(target: string, mac: string): Question {
  const asked = address(target);
  const [first, second, third] = [...asked.subarray(13)].map((octet) => octet.toString(16).padStart(2, '0'));
  const template = ndpHex({
    to: `33:33:ff:${first}:${second}:${third}`,
    from: mac,
    source: '2001:db8:10:0:ffff::',
    destination: `ff02::1:ff${first}:${second}${third}`,
    message: solicitation(target, mac),
  });
  const bytes = Uint8Array.from(Buffer.from(template, 'hex'));
  const view = new DataView(bytes.buffer);
  const sum = ~view.getUint16(56) & 0xffff;
  return {
    protocol: 'ndp',
    frame: (request) => {
      view.setUint32(34, request);
      // RFC 1624 §3: what the sum grows by is what was zero before.
      const grown = sum + (request >>> 16) + (request & 0xffff);
      view.setUint16(56, ~((grown & 0xffff) + (grown >>> 16)));
      return bytes;
    },
    read: ({ view: frame }) => {
      if (frame.getUint8(54) !== ndpType.neighborAdvertisement) return undefined;
      if (asked.some((octet, index) => frame.getUint8(62 + index) !== octet)) return undefined;
      // To ff02::1, or to the one who asked.
      if (frame.getUint8(38) === 0xff) return { type: 'announcement' };
      return { type: 'answer', request: frame.getUint32(50) & 0xff_ffff };
    },
  };
}
