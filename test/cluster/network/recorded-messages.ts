import { createSocket } from 'node:dgram';
import type { Frame } from '../../../speaker/datapath/frame.ts';
import { type BpfInstruction, bpfCode } from '../../../speaker/system/bpf.ts';
import { loadLibc } from '../../../speaker/system/libc.ts';
import { PacketSocket } from '../../../speaker/system/packet-socket.ts';
import { monotonicMs } from '../process/dialogue.ts';

export const pulsePort = 7946;
const everyProtocol = 0x0003;
const ipv4HeaderAt = 14;
const datagramAt = ipv4HeaderAt + 20 + 8;
const lookEveryMs = 1;
/** Where a message says its type, and what a pulse says there. */
const typeAt = 5;
const pulseType = 1;
const pulseTimeoutMs = 5_000;

/** Ethernet, IPv4 without options (RFC 791 §3.1), UDP to the port of pulses. */
const filter: readonly BpfInstruction[] = [
  { code: bpfCode.loadHalf, jumpTrue: 0, jumpFalse: 0, k: 12 },
  { code: bpfCode.jumpEqual, jumpTrue: 0, jumpFalse: 5, k: 0x0800 },
  { code: bpfCode.loadByte, jumpTrue: 0, jumpFalse: 0, k: ipv4HeaderAt + 9 },
  { code: bpfCode.jumpEqual, jumpTrue: 0, jumpFalse: 3, k: 17 },
  { code: bpfCode.loadHalf, jumpTrue: 0, jumpFalse: 0, k: ipv4HeaderAt + 20 + 2 },
  { code: bpfCode.jumpEqual, jumpTrue: 0, jumpFalse: 1, k: pulsePort },
  { code: bpfCode.return, jumpTrue: 0, jumpFalse: 0, k: 0xffff },
  { code: bpfCode.return, jumpTrue: 0, jumpFalse: 0, k: 0 },
];

export interface RecordedMessage {
  /** The sender's IPv4 address. */
  readonly from: string;
  /** When it was read, by CLOCK_MONOTONIC. */
  readonly atMs: number;
  /** Of the Ethernet frame, without what the wire adds. */
  readonly frameLength: number;
  readonly bytes: Uint8Array;
}

/** Pulses alone go to all watchers; other messages may go to one member only. */
export function isPulse(bytes: Uint8Array): boolean {
  return bytes[typeAt] === pulseType;
}

/** Listens at the switch to what speakers tell each other, until it is stopped. */
export class Recorder {
  /** BOUNDED by the time for which it listens. */
  readonly messages: RecordedMessage[] = [];
  /** BOUNDED by the callers of `nextPulse`. */
  readonly #listeners = new Set<{ readonly address: string; readonly resolve: (message: RecordedMessage) => void }>();
  readonly #socket = new PacketSocket(loadLibc(), { etherType: everyProtocol, filter });
  readonly #timer = setInterval(() => {
    while (this.#socket.receive((frame) => this.#keep(frame)));
  }, lookEveryMs);

  #keep({ view, length }: Frame): void {
    const octets = [0, 1, 2, 3].map((index) => view.getUint8(ipv4HeaderAt + 12 + index));
    const bytes = new Uint8Array(view.buffer, view.byteOffset + datagramAt, length - datagramAt).slice();
    const message = { from: octets.join('.'), atMs: monotonicMs(), frameLength: length, bytes };
    this.messages.push(message);
    if (!isPulse(bytes)) return;
    for (const listener of this.#listeners) {
      if (listener.address !== message.from) continue;
      this.#listeners.delete(listener);
      listener.resolve(message);
    }
  }

  from(address: string): readonly RecordedMessage[] {
    return this.messages.filter((message) => message.from === address);
  }

  /** The next pulse of that speaker, from now on. */
  nextPulse(address: string): Promise<RecordedMessage> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`cannot hear ${address}: no pulse came`)), pulseTimeoutMs);
      this.#listeners.add({
        resolve: (message) => {
          clearTimeout(timer);
          resolve(message);
        },
        address,
      });
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }
}

/** Sends datagrams from the router to a speaker's port, one after the other. */
export async function sendMessages(address: string, messages: readonly Uint8Array[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const message of messages) {
    await new Promise<void>((resolve, reject) => {
      socket.send(message, pulsePort, address, (error) => (error === null ? resolve() : reject(error)));
    });
  }
  socket.close();
}
