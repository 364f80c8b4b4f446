import { type Frame, frameCapacity } from '../datapath/frame.ts';
import type { Libc } from './libc.ts';
import { messageFlag } from './linux.ts';

/*
 * The memory for one recvmmsg(2) or sendmmsg(2): an array of struct mmsghdr, and per message one struct iovec, one
 * struct sockaddr_ll and room for a frame. All of it is laid out once and used again and again.
 *
 * struct mmsghdr (64)                         struct sockaddr_ll (20)
 *   0 msg_name → sockaddr_ll                    0 sll_family    u16
 *   8 msg_namelen u32                           2 sll_protocol  u16, network order
 *  16 msg_iov → iovec                           4 sll_ifindex   i32
 *  24 msg_iovlen  u64                           8 sll_hatype u16, sll_pkttype u8, sll_halen u8, sll_addr 8
 *  32 msg_control, 40 msg_controllen          struct iovec (16)
 *  48 msg_flags   i32                           0 iov_base → frame
 *  56 msg_len     u32                           8 iov_len       u64
 */
const headerSize = 64;
const headerField = { nameLength: 8, vector: 16, vectorCount: 24, flags: 48, length: 56 } as const;
const vectorSize = 16;
const addressSize = 24;
export const sockaddrLlLength = 20;

export class MessageRing {
  readonly headers: Uint8Array;
  readonly frames: readonly Frame[];
  readonly #view: DataView;
  readonly #addressesAt: number;
  readonly #vectorsAt: number;

  /** `protocol`: the EtherType that sent frames are marked with. */
  constructor(libc: Libc, slots: number, protocol: number) {
    this.#vectorsAt = slots * headerSize;
    this.#addressesAt = this.#vectorsAt + slots * vectorSize;
    const framesAt = this.#addressesAt + slots * addressSize;
    const memory = new ArrayBuffer(framesAt + slots * frameCapacity);
    this.headers = new Uint8Array(memory);
    this.#view = new DataView(memory);
    const base = libc.addressOf(this.headers);
    const frames: Frame[] = [];
    for (let slot = 0; slot < slots; slot += 1) {
      const frameAt = framesAt + slot * frameCapacity;
      this.#layOut(slot, base, frameAt);
      this.#view.setUint16(this.#addressesAt + slot * addressSize, 17, true);
      this.#view.setUint16(this.#addressesAt + slot * addressSize + 2, protocol);
      frames.push({ view: new DataView(memory, frameAt, frameCapacity), length: 0, interfaceIndex: 0 });
    }
    this.frames = frames;
  }

  #layOut(slot: number, base: bigint, frameAt: number): void {
    const header = slot * headerSize;
    const vector = this.#vectorsAt + slot * vectorSize;
    const address = this.#addressesAt + slot * addressSize;
    this.#view.setBigUint64(header, base + BigInt(address), true);
    this.#view.setUint32(header + headerField.nameLength, sockaddrLlLength, true);
    this.#view.setBigUint64(header + headerField.vector, base + BigInt(vector), true);
    this.#view.setBigUint64(header + headerField.vectorCount, 1n, true);
    this.#view.setBigUint64(vector, base + BigInt(frameAt), true);
    this.#view.setBigUint64(vector + 8, BigInt(frameCapacity), true);
  }

  /** Reads what the kernel said about a slot it filled, and makes the slot ready for the next call. */
  received(slot: number): Frame | undefined {
    const frame = this.frames[slot];
    if (frame === undefined) return undefined;
    const header = slot * headerSize;
    // A longer frame than fits is no ARP and no neighbour discovery: length 0 makes it malformed.
    const truncated = (this.#view.getInt32(header + headerField.flags, true) & messageFlag.truncated) !== 0;
    frame.length = truncated ? 0 : this.#view.getUint32(header + headerField.length, true);
    frame.interfaceIndex = this.#view.getInt32(this.#addressesAt + slot * addressSize + 4, true);
    this.#view.setUint32(header + headerField.nameLength, sockaddrLlLength, true);
    return frame;
  }

  /** Tells the kernel about a frame that was written into its slot. */
  prepare(slot: number, frame: Frame): void {
    this.#view.setUint32(this.#vectorsAt + slot * vectorSize + 8, frame.length, true);
    this.#view.setInt32(this.#addressesAt + slot * addressSize + 4, frame.interfaceIndex, true);
  }

  /** The array of headers from that slot on: made once per slot that a send stopped at, not per packet. */
  headersFrom(slot: number): Uint8Array {
    return this.headers.subarray(slot * headerSize);
  }
}
