import type { Libc } from './libc.ts';
import { addressFamily, errno, messageFlag, socketLevel, socketOption, socketType } from './linux.ts';
import { MessageMemory } from './message-memory.ts';
import type { SocketAddress } from './socket-address.ts';
import { SystemCallError } from './system-call-error.ts';

const batch = 64;
/** BOUNDED: so many batches per call; then others have their turn, also while somebody floods the port. */
const roundsPerCall = 64;
/** As much as net.core.rmem_max allows, or more with CAP_NET_ADMIN: what comes during a stall is read after it. */
const receiveBufferBytes = 4 << 20;
/** Internetwork control, DSCP CS6 (RFC 4594 §3.2), as routing protocols mark what keeps them alive. */
const trafficClass = 0xc0;
/** The highest that needs no capability: TC_PRIO_INTERACTIVE of man 7 socket, first band of pfifo_fast. */
const priority = 6;

/** A UDP socket of one family, non-blocking: reads in batches, and sends one datagram to many in one call. */
export class DatagramSocket {
  readonly fd: number;
  readonly #libc: Libc;
  readonly #own: SocketAddress;
  readonly #incoming: MessageMemory;
  readonly #outgoing: MessageMemory;
  readonly #capacity: number;
  #bound = false;
  #sent = 0;
  #sentOctets = 0;
  #sendFailures = 0;

  /** `own`: where it is to be bound. `capacity`: octets of the longest datagram. */
  constructor(libc: Libc, own: SocketAddress, capacity: number) {
    this.#libc = libc;
    this.#own = own;
    this.#capacity = capacity;
    const addressLength = own.bytes.length;
    this.#incoming = new MessageMemory(libc, { slots: batch, addressLength, capacity });
    this.#outgoing = new MessageMemory(libc, { slots: batch, addressLength, capacity });
    this.#outgoing.shareData();
    const type = socketType.datagram | socketType.nonBlocking | socketType.closeOnExec;
    this.fd = libc.socket(own.family, type, 0);
    if (this.fd < 0) throw new SystemCallError('open a UDP socket', libc.errno());
    this.#configure();
  }

  /** None of these is needed for it to work. */
  #configure(): void {
    const { ip, ipv6, socket } = socketLevel;
    if (this.#own.family === addressFamily.inet) this.#set(ip, socketOption.ipTypeOfService, trafficClass);
    else this.#set(ipv6, socketOption.ipv6TrafficClass, trafficClass);
    // After the type of service, which sets a priority of its own.
    this.#set(socket, socketOption.priority, priority);
    if (this.#set(socket, socketOption.receiveBufferForce, receiveBufferBytes) === 0) return;
    this.#set(socket, socketOption.receiveBuffer, receiveBufferBytes);
  }

  #set(level: number, option: number, value: number): number {
    const memory = new DataView(new ArrayBuffer(4));
    memory.setInt32(0, value, true);
    return this.#libc.setsockopt(this.fd, level, option, memory, 4);
  }

  /** Whether it has its address. */
  get bound(): boolean {
    return this.#bound;
  }

  /** Undefined on success; otherwise why not: the address may come later, or who has the port may go. */
  bind(): SystemCallError | undefined {
    const { bytes } = this.#own;
    this.#bound = this.#libc.bind(this.fd, bytes, bytes.length) === 0;
    return this.#bound ? undefined : new SystemCallError('bind the UDP socket of pulses', this.#libc.errno());
  }

  /**
   * Hands over what has arrived, to the last datagram; each is valid only during the call. One that was too long is
   * handed over as one without octets.
   */
  receive(reader: (bytes: Uint8Array) => void): void {
    for (let round = 0; round < roundsPerCall; round += 1) {
      const count = this.#libc.recvmmsg(this.fd, this.#incoming.headers, batch, messageFlag.dontWait, null);
      if (count < 0) {
        this.#failOnBadDescriptor();
        return;
      }
      for (let slot = 0; slot < count; slot += 1) reader(this.#datagram(slot));
      if (count < batch) return;
    }
  }

  #datagram(slot: number): Uint8Array {
    const at = this.#incoming.dataAt(slot);
    return this.#incoming.headers.subarray(at, at + this.#incoming.received(slot));
  }

  #failOnBadDescriptor(): void {
    const reason = this.#libc.errno();
    if (reason === errno.badDescriptor) throw new SystemCallError('read a UDP socket', reason);
  }

  /** Sends the datagram to each. Where it can't go (no route, a firewall, another family) is counted and left out. */
  send(bytes: Uint8Array, to: readonly SocketAddress[]): void {
    if (bytes.length > this.#capacity) throw new RangeError(`cannot send ${bytes.length} octets in a datagram`);
    this.#outgoing.headers.set(bytes, this.#outgoing.dataAt(0));
    this.#outgoing.setLength(0, bytes.length);
    let queued = 0;
    for (const { family, bytes: address } of to) {
      if (family !== this.#own.family) {
        this.#sendFailures += 1;
        continue;
      }
      this.#outgoing.headers.set(address, this.#outgoing.addressAt(queued));
      queued += 1;
      if (queued < batch) continue;
      this.#flush(queued, bytes.length);
      queued = 0;
    }
    if (queued > 0) this.#flush(queued, bytes.length);
  }

  #flush(queued: number, length: number): void {
    let done = 0;
    while (done < queued) {
      const headers = this.#outgoing.headersFrom(done);
      const count = this.#libc.sendmmsg(this.fd, headers, queued - done, messageFlag.dontWait);
      if (count > 0) {
        done += count;
        this.#sent += count;
        this.#sentOctets += count * length;
      } else if (this.#libc.errno() !== errno.interrupted) {
        this.#sendFailures += 1;
        done += 1;
      }
    }
  }

  /** Since the start: datagrams and their octets, without headers of IP and UDP; and what came faster than it was read. */
  counters(): Readonly<Record<'sent' | 'sentOctets' | 'sendFailures' | 'kernelDrops', number>> {
    return {
      sent: this.#sent,
      sentOctets: this.#sentOctets,
      sendFailures: this.#sendFailures,
      kernelDrops: this.#kernelDrops(),
    };
  }

  /** SO_MEMINFO, an array of u32 (linux/sock_diag.h): SK_MEMINFO_DROPS is the last of nine. */
  #kernelDrops(): number {
    const memory = new DataView(new ArrayBuffer(36));
    const length = new DataView(new ArrayBuffer(4));
    length.setInt32(0, 36, true);
    const result = this.#libc.getsockopt(this.fd, socketLevel.socket, socketOption.memoryInfo, memory, length);
    return result === 0 ? memory.getUint32(32, true) : 0;
  }

  close(): void {
    this.#libc.close(this.fd);
  }
}
