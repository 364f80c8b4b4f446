import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { arpFilter, ndpFilter } from '../system/bpf.ts';
import { type Descriptor, DescriptorSet } from '../system/descriptor-set.ts';
import type { Libc } from '../system/libc.ts';
import { MulticastGroups } from '../system/multicast-groups.ts';
import { NetlinkSocket } from '../system/netlink-socket.ts';
import { PacketSocket } from '../system/packet-socket.ts';
import { WakeUp } from '../system/wake-up.ts';
import { Datapath, type Instant } from './datapath.ts';
import type { MessageFromThread, MessageToThread, ThreadOptions } from './datapath-message.ts';
import { etherType } from './ethernet.ts';
import type { Frame } from './frame.ts';
import type { ServedAddresses } from './served-addresses.ts';
import { wantedMemberships } from './solicited-node-group.ts';

/** How often counters go to main; so main also sees that the thread lives. */
const tickMs = 1_000;

/** The datapath thread's loop: one epoll(7) over all it waits for. It runs in a Worker and blocks there. */
export class LoopTask {
  readonly #port: MessagePort;
  readonly #wakeUp: WakeUp;
  readonly #datapath: Datapath;
  readonly #arp: PacketSocket;
  readonly #ndp: PacketSocket;
  readonly #netlink: NetlinkSocket;
  readonly #groups: MulticastGroups;
  readonly #waiting: DescriptorSet;
  #nowMs = performance.now();
  #nextTickMs = 0;
  #stopped = false;
  #joinedFor: ServedAddresses | undefined;
  #joining = false;

  constructor(libc: Libc, port: MessagePort, options: ThreadOptions) {
    this.#port = port;
    this.#wakeUp = WakeUp.ofDescriptor(libc, options.wakeUpDescriptor);
    this.#datapath = new Datapath(options.announcer);
    this.#arp = new PacketSocket(libc, { etherType: etherType.arp, filter: arpFilter });
    this.#ndp = new PacketSocket(libc, { etherType: etherType.ipv6, filter: ndpFilter });
    this.#netlink = new NetlinkSocket(libc);
    this.#groups = new MulticastGroups(libc);
    this.#waiting = new DescriptorSet(libc, this.#descriptors());
  }

  /** All that the loop waits for. */
  #descriptors(): readonly Descriptor[] {
    const onArp = (frame: Frame): void => this.#datapath.receiveArp(frame, this.#arp, this.#nowMs);
    const onNdp = (frame: Frame): void => this.#datapath.receiveNdp(frame, this.#ndp, this.#nowMs);
    return [
      { fd: this.#arp.fd, onReadable: () => this.#arp.receive(onArp) },
      { fd: this.#ndp.fd, onReadable: () => this.#ndp.receive(onNdp) },
      { fd: this.#netlink.fd, onReadable: () => this.#receiveLinks() },
      { fd: this.#wakeUp.fd, onReadable: () => this.#receiveMessages() },
    ];
  }

  /** Ends when main says `stop`. */
  async run(): Promise<void> {
    this.#post({ type: 'started' });
    try {
      while (!this.#stopped) {
        this.#round();
        if (this.#nowMs >= this.#nextTickMs) {
          this.#tick();
          // The worker's own event loop gets a turn: V8's and Node's chores run there.
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      this.#datapath.stop(this.#instant());
      this.#postEvents();
    } finally {
      this.#close();
    }
  }

  #round(): void {
    const dueMs = this.#joining ? 0 : Math.min(this.#datapath.nextDeadlineMs(), this.#nextTickMs);
    this.#waiting.wait(Math.max(0, Math.ceil(dueMs - performance.now())));
    this.#nowMs = performance.now();
    this.#datapath.announceDue({ arp: this.#arp, ndp: this.#ndp }, this.#nowMs);
    this.#arp.flush();
    this.#ndp.flush();
    this.#joinGroups();
    this.#postEvents();
  }

  #receiveLinks(): void {
    const links = this.#netlink.receive();
    if (links !== undefined) this.#datapath.applyLinks(links, this.#instant());
  }

  #receiveMessages(): void {
    this.#wakeUp.clear();
    for (let received = receiveMessageOnPort(this.#port); received; received = receiveMessageOnPort(this.#port)) {
      const message: MessageToThread = received.message;
      if (message.type === 'table') this.#datapath.applyTable(message.table, this.#instant());
      else if (message.type === 'stop') this.#stopped = true;
    }
  }

  #joinGroups(): void {
    if (this.#joinedFor !== this.#datapath.served) {
      this.#joinedFor = this.#datapath.served;
      this.#groups.want(wantedMemberships(this.#joinedFor.all));
      this.#joining = true;
    }
    if (this.#joining) this.#joining = this.#groups.advance();
  }

  #tick(): void {
    this.#nextTickMs = this.#nowMs + tickMs;
    // What could not be joined is tried again in the next round.
    if (this.#groups.failures > 0) this.#joinedFor = undefined;
    const arp = this.#arp.counters();
    const ndp = this.#ndp.counters();
    const counters = {
      ...this.#datapath.counters(),
      'arp.sendFailures': arp.sendFailures,
      'arp.kernelDrops': arp.kernelDrops,
      'ndp.sendFailures': ndp.sendFailures,
      'ndp.kernelDrops': ndp.kernelDrops,
      'ndp.groupFailures': this.#groups.failures,
    };
    this.#post({ type: 'events', events: [{ type: 'tick', counters, standings: {} }] });
  }

  #postEvents(): void {
    const events = this.#datapath.takeEvents();
    if (events.length > 0) this.#post({ type: 'events', events });
  }

  #post(message: MessageFromThread): void {
    this.#port.postMessage(message);
  }

  #instant(): Instant {
    return { nowMs: performance.now(), wallMs: Date.now() };
  }

  #close(): void {
    this.#waiting.close();
    this.#groups.close();
    this.#netlink.close();
    this.#ndp.close();
    this.#arp.close();
    this.#port.close();
  }
}
