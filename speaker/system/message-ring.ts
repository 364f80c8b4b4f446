import { type Frame, frameCapacity } from '../datapath/frame.ts';
import type { Libc } from './libc.ts';
import { MessageMemory } from './message-memory.ts';

/*
 * struct sockaddr_ll (20): sll_family u16, sll_protocol u16 in network order, sll_ifindex i32, sll_hatype u16,
 * sll_pkttype u8, sll_halen u8, sll_addr 8
 */
export const sockaddrLlLength = 20;
const addressField = { family: 0, protocol: 2, interfaceIndex: 4 } as const;

/** Frames in memory that a packet socket reads into or sends from. */
export class MessageRing {
  readonly frames: readonly Frame[];
  readonly #memory: MessageMemory;

  /** `protocol`: the EtherType that sent frames are marked with. */
  constructor(libc: Libc, slots: number, protocol: number) {
    const memory = new MessageMemory(libc, { slots, addressLength: sockaddrLlLength, capacity: frameCapacity });
    const frames: Frame[] = [];
    for (let slot = 0; slot < slots; slot += 1) {
      memory.view.setUint16(memory.addressAt(slot) + addressField.family, 17, true);
      memory.view.setUint16(memory.addressAt(slot) + addressField.protocol, protocol);
      const view = new DataView(memory.view.buffer, memory.dataAt(slot), frameCapacity);
      frames.push({ view, length: 0, interfaceIndex: 0 });
    }
    this.frames = frames;
    this.#memory = memory;
  }

  get headers(): Uint8Array {
    return this.#memory.headers;
  }

  /** Reads what the kernel said about a slot it filled, and makes the slot ready for the next call. */
  received(slot: number): Frame | undefined {
    const frame = this.frames[slot];
    if (frame === undefined) return undefined;
    // A longer frame than fits is no ARP and no neighbour discovery: length 0 makes it malformed.
    frame.length = this.#memory.received(slot);
    frame.interfaceIndex = this.#memory.view.getInt32(this.#memory.addressAt(slot) + addressField.interfaceIndex, true);
    return frame;
  }

  /** Tells the kernel about a frame that was written into its slot. */
  prepare(slot: number, frame: Frame): void {
    this.#memory.setLength(slot, frame.length);
    this.#memory.view.setInt32(this.#memory.addressAt(slot) + addressField.interfaceIndex, frame.interfaceIndex, true);
  }

  headersFrom(slot: number): Uint8Array {
    return this.#memory.headersFrom(slot);
  }
}
