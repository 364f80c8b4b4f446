import { DecodeError } from '../datapath/decode-error.ts';
import { type DumpRequest, LinkTable } from '../datapath/link-table.ts';
import { decodeNetlink, encodeDumpRequest, linkAndAddressGroups } from '../datapath/netlink.ts';
import type { Link } from '../datapath/table.ts';
import type { Libc } from './libc.ts';
import { addressFamily, errno, messageFlag, socketType } from './linux.ts';
import { SystemCallError } from './system-call-error.ts';

const sockaddrNlLength = 12;
/** Dumps come in datagrams of up to 32 KiB. */
const datagramBytes = 1 << 16;

/** Follows the links and addresses of the network namespace. Needs no capability. */
export class NetlinkSocket {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #table = new LinkTable();
  readonly #memory = new Uint8Array(new ArrayBuffer(datagramBytes));

  constructor(libc: Libc) {
    this.#libc = libc;
    const type = socketType.raw | socketType.nonBlocking | socketType.closeOnExec;
    this.fd = libc.socket(addressFamily.netlink, type, 0);
    if (this.fd < 0) throw new SystemCallError('open a netlink socket', libc.errno());
    const address = new DataView(new ArrayBuffer(sockaddrNlLength));
    address.setUint16(0, addressFamily.netlink, true);
    address.setUint32(8, linkAndAddressGroups, true);
    if (libc.bind(this.fd, address, sockaddrNlLength) < 0) {
      const reason = libc.errno();
      this.close();
      throw new SystemCallError('subscribe to link changes', reason);
    }
    this.#ask(this.#table.resync());
  }

  /** Reads what has arrived; all links where something changed. */
  receive(): readonly Link[] | undefined {
    // BOUNDED: a flood of changes is read on in the next round.
    for (let datagrams = 0; datagrams < 64; datagrams += 1) {
      const length = this.#libc.recv(this.fd, this.#memory, datagramBytes, messageFlag.dontWait);
      if (length >= 0) this.#take(length);
      else if (this.#libc.errno() === errno.noBuffers) this.#ask(this.#table.resync());
      else break;
    }
    return this.#table.takeChanged();
  }

  close(): void {
    this.#libc.close(this.fd);
  }

  #take(length: number): void {
    try {
      for (const message of decodeNetlink(this.#memory.subarray(0, length))) {
        const request = this.#table.apply(message);
        if (request !== undefined) this.#ask(request);
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      // The kernel's own words can't be read: what they said is asked for again.
      this.#ask(this.#table.resync());
    }
  }

  #ask(request: DumpRequest): void {
    const bytes = encodeDumpRequest(request.what, request.sequence);
    const kernel = new DataView(new ArrayBuffer(sockaddrNlLength));
    kernel.setUint16(0, addressFamily.netlink, true);
    if (this.#libc.sendto(this.fd, bytes, bytes.length, 0, kernel, sockaddrNlLength) < 0) {
      throw new SystemCallError('ask for links and addresses', this.#libc.errno());
    }
  }
}
