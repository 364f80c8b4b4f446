import type { Libc } from './libc.ts';
import { messageFlag } from './linux.ts';

/*
 * The memory for one recvmmsg(2) or sendmmsg(2): an array of struct mmsghdr, and per message one struct iovec and one
 * socket address, and the data. All of it is laid out once and used again and again.
 *
 * struct mmsghdr (64)                         struct iovec (16)
 *   0 msg_name → socket address                 0 iov_base → data
 *   8 msg_namelen u32                           8 iov_len       u64
 *  16 msg_iov → iovec
 *  24 msg_iovlen  u64
 *  32 msg_control, 40 msg_controllen
 *  48 msg_flags   i32
 *  56 msg_len     u32
 */
const headerSize = 64;
const headerField = { nameLength: 8, vector: 16, vectorCount: 24, flags: 48, length: 56 } as const;
const vectorSize = 16;
/** Room for the longest socket address in use, sockaddr_in6, on an 8-octet boundary. */
const addressSize = 32;

export interface MessageLayout {
  readonly slots: number;
  /** Octets of a socket address. */
  readonly addressLength: number;
  /** Octets of data per slot. */
  readonly capacity: number;
}

export class MessageMemory {
  readonly headers: Uint8Array;
  readonly view: DataView;
  readonly #layout: MessageLayout;
  readonly #vectorsAt: number;
  readonly #addressesAt: number;
  readonly #dataAt: number;

  constructor(libc: Libc, layout: MessageLayout) {
    const { slots, capacity } = layout;
    this.#layout = layout;
    this.#vectorsAt = slots * headerSize;
    this.#addressesAt = this.#vectorsAt + slots * vectorSize;
    this.#dataAt = this.#addressesAt + slots * addressSize;
    const memory = new ArrayBuffer(this.#dataAt + slots * capacity);
    this.headers = new Uint8Array(memory);
    this.view = new DataView(memory);
    const base = libc.addressOf(this.headers);
    for (let slot = 0; slot < slots; slot += 1) this.#layOut(slot, base);
  }

  #layOut(slot: number, base: bigint): void {
    const header = slot * headerSize;
    const vector = this.#vectorsAt + slot * vectorSize;
    this.view.setBigUint64(header, base + BigInt(this.addressAt(slot)), true);
    this.view.setUint32(header + headerField.nameLength, this.#layout.addressLength, true);
    this.view.setBigUint64(header + headerField.vector, base + BigInt(vector), true);
    this.view.setBigUint64(header + headerField.vectorCount, 1n, true);
    this.view.setBigUint64(vector, base + BigInt(this.dataAt(slot)), true);
    this.view.setBigUint64(vector + 8, BigInt(this.#layout.capacity), true);
  }

  /** Where the slot's socket address lies in the memory. */
  addressAt(slot: number): number {
    return this.#addressesAt + slot * addressSize;
  }

  /** Where the slot's data lies. */
  dataAt(slot: number): number {
    return this.#dataAt + slot * this.#layout.capacity;
  }

  /** Octets that the kernel put into a slot, 0 where they did not fit; makes the slot ready for the next call. */
  received(slot: number): number {
    const header = slot * headerSize;
    const truncated = (this.view.getInt32(header + headerField.flags, true) & messageFlag.truncated) !== 0;
    this.view.setUint32(header + headerField.nameLength, this.#layout.addressLength, true);
    return truncated ? 0 : this.view.getUint32(header + headerField.length, true);
  }

  /** Tells the kernel how many octets of a slot's data to send. */
  setLength(slot: number, length: number): void {
    this.view.setUint32(this.#vectorsAt + slot * vectorSize + 8, length, true);
  }

  /** Has all slots send what lies in the first; `setLength` of the first holds for all. */
  shareData(): void {
    const vector = this.view.getBigUint64(headerField.vector, true);
    for (let slot = 1; slot < this.#layout.slots; slot += 1) {
      this.view.setBigUint64(slot * headerSize + headerField.vector, vector, true);
    }
  }

  /** The array of headers from that slot on: made once per slot that a send stopped at, not per packet. */
  headersFrom(slot: number): Uint8Array {
    return this.headers.subarray(slot * headerSize);
  }
}
