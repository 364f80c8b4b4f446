import { etherType } from '../../speaker/datapath/ethernet.ts';
import type { Frame } from '../../speaker/datapath/frame.ts';
import { arpFilter, ndpFilter } from '../../speaker/system/bpf.ts';
import type { Libc } from '../../speaker/system/libc.ts';
import { PacketSocket } from '../../speaker/system/packet-socket.ts';

/** Commands to the asking thread, in the first word of the shared memory: else the number of a request, from 1. */
export const askNothing = 0;
export const askToEnd = -1;

export interface AskerOptions {
  readonly protocol: 'arp' | 'ndp';
  readonly interfaceIndex: number;
  /** Hex. */
  readonly requests: readonly string[];
  /** An Int32 with the command, and from octet 8 on when it was carried out, in ns of hrtime. */
  readonly shared: SharedArrayBuffer;
}

/** Asks over one link, by raw frames. */
export class ProbeSocket {
  readonly fd: number;
  readonly #socket: PacketSocket;
  readonly #interfaceIndex: number;
  /** A slot keeps its request: only the first use of it, or of another request, writes the octets. */
  readonly #filled = new WeakMap<DataView, string>();

  constructor(libc: Libc, options: Pick<AskerOptions, 'protocol' | 'interfaceIndex'>) {
    const arp = options.protocol === 'arp';
    this.#socket = new PacketSocket(libc, {
      etherType: arp ? etherType.arp : etherType.ipv6,
      filter: arp ? arpFilter : ndpFilter,
    });
    this.fd = this.#socket.fd;
    this.#interfaceIndex = options.interfaceIndex;
  }

  ask(request: string): void {
    const frame = this.#socket.next();
    if (this.#filled.get(frame.view) !== request) {
      for (const [offset, octet] of Buffer.from(request, 'hex').entries()) frame.view.setUint8(offset, octet);
      this.#filled.set(frame.view, request);
    }
    frame.length = request.length / 2;
    frame.interfaceIndex = this.#interfaceIndex;
    this.#socket.push();
  }

  flush(): void {
    this.#socket.flush();
  }

  receive(reader: (frame: Frame) => void): boolean {
    return this.#socket.receive(reader);
  }

  close(): void {
    this.#socket.close();
  }
}
