import type { Frame } from '../datapath/frame.ts';
import type { FrameSink } from '../datapath/frame-sink.ts';
import { type BpfInstruction, encodeBpf } from './bpf.ts';
import type { Libc } from './libc.ts';
import { addressFamily, errno, messageFlag, socketLevel, socketOption, socketType } from './linux.ts';
import { MessageRing, sockaddrLlLength } from './message-ring.ts';
import { SystemCallError } from './system-call-error.ts';

export interface PacketSocketOptions {
  readonly etherType: number;
  readonly filter: readonly BpfInstruction[];
}

const batch = 64;
/** Then other descriptors have their turn. */
const roundsPerCall = 6;
const receiveBufferBytes = 1 << 20;

/**
 * An AF_PACKET socket over all interfaces at once: what it costs does not grow with their number. Non-blocking; frames
 * are read and sent in batches, in memory that is used again. Needs CAP_NET_RAW in the network namespace's user namespace.
 */
export class PacketSocket implements FrameSink {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #receive: MessageRing;
  readonly #send: MessageRing;
  /** How many frames the next read asks for. */
  #ask = 1;
  #queued = 0;
  #sendFailures = 0;
  #kernelDrops = 0;

  constructor(libc: Libc, options: PacketSocketOptions) {
    this.#libc = libc;
    this.#receive = new MessageRing(libc, batch, options.etherType);
    this.#send = new MessageRing(libc, batch, options.etherType);
    // Protocol 0 receives nothing: no frame comes in before the filter stands.
    const type = socketType.raw | socketType.nonBlocking | socketType.closeOnExec;
    this.fd = libc.socket(addressFamily.packet, type, 0);
    if (this.fd < 0) throw new SystemCallError('open a packet socket, which takes CAP_NET_RAW', libc.errno());
    try {
      this.#configure(options);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #configure(options: PacketSocketOptions): void {
    const libc = this.#libc;
    const one = int32(1);
    this.#require('attach the packet filter', attachFilter(libc, this.fd, options.filter));
    // Linux 4.20; without it our own frames come back, and are dropped by their source address.
    libc.setsockopt(this.fd, socketLevel.packet, socketOption.packetIgnoreOutgoing, one, 4);
    // As much as net.core.rmem_max allows; less is no failure.
    libc.setsockopt(this.fd, socketLevel.socket, socketOption.receiveBuffer, int32(receiveBufferBytes), 4);
    const address = new DataView(new ArrayBuffer(sockaddrLlLength));
    address.setUint16(0, addressFamily.packet, true);
    address.setUint16(2, options.etherType);
    this.#require('bind a packet socket', libc.bind(this.fd, address, sockaddrLlLength));
  }

  #require(purpose: string, result: number): void {
    if (result < 0) throw new SystemCallError(purpose, this.#libc.errno());
  }

  /**
   * Hands over the frames that have arrived, some batches at most, each frame valid only during the call. What their
   * reader pushed is sent before this returns. True when there may be more.
   */
  receive(reader: (frame: Frame) => void): boolean {
    for (let round = 0; round < roundsPerCall; round += 1) {
      // One frame at first: asking for more costs the kernel a look in vain, before the answer to that one is sent.
      const asked = this.#ask;
      const count = this.#libc.recvmmsg(this.fd, this.#receive.headers, asked, messageFlag.dontWait, null);
      this.#ask = count === asked ? Math.min(batch, 4 * asked) : 1;
      if (count < 0) {
        this.#failOnBadDescriptor();
        return false;
      }
      for (let slot = 0; slot < count; slot += 1) {
        const frame = this.#receive.received(slot);
        if (frame !== undefined) reader(frame);
      }
      this.flush();
      if (count < asked) return false;
    }
    return true;
  }

  /** ENETDOWN and the like report an interface that went away: the socket itself goes on. */
  #failOnBadDescriptor(): void {
    const reason = this.#libc.errno();
    if (reason === errno.badDescriptor) throw new SystemCallError('read a packet socket', reason);
  }

  next(): Frame {
    const frame = this.#send.frames[this.#queued];
    if (frame !== undefined) return frame;
    throw new RangeError('cannot give a frame: the ring is full');
  }

  push(): void {
    this.#send.prepare(this.#queued, this.next());
    this.#queued += 1;
    if (this.#queued === batch) this.flush();
  }

  /** Sends what was pushed. A frame that can't be sent is counted and left out; the others go. */
  flush(): void {
    let sent = 0;
    while (sent < this.#queued) {
      const headers = sent === 0 ? this.#send.headers : this.#send.headersFrom(sent);
      const count = this.#libc.sendmmsg(this.fd, headers, this.#queued - sent, messageFlag.dontWait);
      if (count > 0) sent += count;
      else if (this.#libc.errno() !== errno.interrupted) {
        this.#sendFailures += 1;
        sent += 1;
      }
    }
    this.#queued = 0;
  }

  /** `<protocol>.sendFailures`, and `.kernelDrops`: frames that came in faster than they were read; since the start. */
  counters(protocol: string): Readonly<Record<string, number>> {
    const statistics = new DataView(new ArrayBuffer(8));
    // PACKET_STATISTICS: tp_packets, tp_drops; reading resets them.
    if (this.#libc.getsockopt(this.fd, socketLevel.packet, socketOption.packetStatistics, statistics, int32(8)) === 0) {
      this.#kernelDrops += statistics.getUint32(4, true);
    }
    return { [`${protocol}.sendFailures`]: this.#sendFailures, [`${protocol}.kernelDrops`]: this.#kernelDrops };
  }

  close(): void {
    this.#libc.close(this.fd);
  }
}

/** struct sock_fprog: a length, and a pointer to the program. */
function attachFilter(libc: Libc, fd: number, filter: readonly BpfInstruction[]): number {
  const program = encodeBpf(filter);
  const descriptor = new DataView(new ArrayBuffer(16));
  descriptor.setUint16(0, filter.length, true);
  descriptor.setBigUint64(8, libc.addressOf(program), true);
  return libc.setsockopt(fd, socketLevel.socket, socketOption.attachFilter, descriptor, 16);
}

function int32(value: number): DataView {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, value, true);
  return view;
}
