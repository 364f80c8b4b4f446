import type { HeldKeys, Member } from '../datapath/table.ts';
import { KeyRing } from '../liveness/key-ring.ts';
import type { Message, MessageHeader } from '../liveness/message.ts';
import { MessageWriter, maxMessageLength } from '../liveness/message-codec.ts';
import { MessageGate } from '../liveness/message-gate.ts';
import { nodeIdOf } from '../liveness/node-id.ts';
import { DatagramSocket } from './datagram-socket.ts';
import type { Libc } from './libc.ts';
import { type SocketAddress, socketAddressOf } from './socket-address.ts';
import type { SystemCallError } from './system-call-error.ts';

export interface PulsePortOptions {
  /** This node's name. */
  readonly self: string;
  /** Of this start, 16 hex digits. */
  readonly incarnation: string;
  /** Where messages come from and go to. */
  readonly own: SocketAddress;
  /** Whether that incarnation of the sender (`nodeIdOf`) has proved that it runs. */
  readonly isVerified: (sender: string, incarnation: string) => boolean;
}

const noKeys: HeldKeys = { send: undefined, accept: [] };

/** Where the speakers' messages leave and come in: authenticated, each once, from members alone. */
export class PulsePort {
  readonly #socket: DatagramSocket;
  readonly #gate: MessageGate;
  readonly #writer: MessageWriter;
  #keys = new KeyRing(noKeys);
  /** By node. BOUNDED by the members. */
  #addresses: ReadonlyMap<string, SocketAddress> = new Map();
  /** Whom the last message went to, and where they are. */
  #to: readonly string[] = [];
  #toAddresses: readonly SocketAddress[] = [];
  #sequence = 0;
  #silent = false;

  constructor(libc: Libc, { self, incarnation, own, isVerified }: PulsePortOptions) {
    this.#socket = new DatagramSocket(libc, own, maxMessageLength);
    const sender = nodeIdOf(self);
    this.#writer = new MessageWriter({ sender, incarnation });
    this.#gate = new MessageGate({ self: sender, isVerified });
  }

  get fd(): number {
    return this.#socket.fd;
  }

  /** Messages can be sent and received. */
  get usable(): boolean {
    return this.#socket.bound && this.#keys.sending !== undefined;
  }

  /** Binds the socket unless it is; why that did not succeed, if so. */
  bind(): SystemCallError | undefined {
    return this.#socket.bound ? undefined : this.#socket.bind();
  }

  setKeys(keys: HeldKeys): void {
    this.#keys = new KeyRing(keys);
  }

  setMembers(members: readonly Member[]): void {
    const addresses = members.flatMap(({ node, address, port }): (readonly [string, SocketAddress])[] => {
      const at = port > 0 ? socketAddressOf(address, port) : undefined;
      return at === undefined ? [] : [[node, at]];
    });
    this.#addresses = new Map(addresses);
    this.#address([]);
    this.#gate.setMembers(members.map(({ node }) => nodeIdOf(node)));
  }

  /** Hands over what has come in, to the last message. */
  receive(reader: (header: MessageHeader, message: Message) => void): void {
    this.#socket.receive((bytes) => {
      const read = this.#gate.admit(bytes, this.#keys);
      if (read !== undefined) reader(read.header, read.message);
    });
  }

  /** Whether what is sent would not get out: then nothing is. */
  setSilent(silent: boolean): void {
    this.#silent = silent;
  }

  /** Sends it to these nodes, as far as they are members with a pulse port. */
  send(to: readonly string[], message: Message): void {
    const key = this.#keys.sending;
    if (key === undefined || this.#silent || !this.#socket.bound) return;
    this.#sequence += 1;
    if (to !== this.#to) this.#address(to);
    this.#socket.send(this.#writer.write(this.#sequence, message, key), this.#toAddresses);
  }

  /** Pulses go to the same nodes each time. */
  #address(to: readonly string[]): void {
    this.#to = to;
    this.#toAddresses = to.flatMap((node) => this.#addresses.get(node) ?? []);
  }

  /** `pulses.sent`, `pulses.received`, `pulses.<why refused>`, and the socket's. */
  counters(): Readonly<Record<string, number>> {
    const { sent, sentOctets, sendFailures, kernelDrops } = this.#socket.counters();
    const gate = Object.entries(this.#gate.counters()).map(([name, count]) => [`pulses.${name}`, count]);
    return {
      'pulses.sent': sent,
      ...Object.fromEntries(gate),
      'pulsePort.sentOctets': sentOctets,
      'pulsePort.sendFailures': sendFailures,
      'pulsePort.kernelDrops': kernelDrops,
    };
  }

  close(): void {
    this.#socket.close();
  }
}
