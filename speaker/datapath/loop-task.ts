import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { Failover } from '../failover/failover.ts';
import { arpFilter, ndpFilter } from '../system/bpf.ts';
import { type Descriptor, DescriptorSet } from '../system/descriptor-set.ts';
import type { Libc } from '../system/libc.ts';
import { MulticastGroups } from '../system/multicast-groups.ts';
import { NetlinkSocket } from '../system/netlink-socket.ts';
import { PacketSocket } from '../system/packet-socket.ts';
import { PulsePort } from '../system/pulse-port.ts';
import { RouteFiles } from '../system/routes-file.ts';
import { type SocketAddress, socketAddressOf } from '../system/socket-address.ts';
import { WakeUp } from '../system/wake-up.ts';
import { Datapath, type Intake } from './datapath.ts';
import type { MessageFromThread, MessageToThread, PulseOptions, ThreadOptions } from './datapath-message.ts';
import { etherType } from './ethernet.ts';
import type { Frame } from './frame.ts';
import type { FrameSinks } from './frame-sink.ts';
import type { Instant } from './instant.ts';
import { getsOutFrom } from './own-link.ts';
import { TableUnpacker } from './packed-table.ts';
import { wantedMemberships } from './solicited-node-group.ts';
import { Stalls } from './stalls.ts';
import type { DatapathEvent } from './table.ts';

/** How often counters go to main; so main also sees that the thread lives. */
const tickMs = 2_000;
/** A tick is no reason to wake up where something else soon is: pulses, mostly. */
const tickLateMs = 150;

/** The datapath thread's loop: one epoll(7) over all it waits for. It runs in a Worker and blocks there. */
export class LoopTask {
  readonly #port: MessagePort;
  readonly #wakeUp: WakeUp;
  readonly #datapath: Datapath;
  /** This node's, that messages leave from. */
  readonly #address: string;
  readonly #pulses: PulsePort | undefined;
  readonly #arp: PacketSocket;
  readonly #ndp: PacketSocket;
  readonly #sinks: FrameSinks;
  readonly #netlink: NetlinkSocket;
  readonly #groups: MulticastGroups;
  readonly #waiting: DescriptorSet;
  readonly #unpacker = new TableUnpacker();
  readonly #stalls: Stalls;
  readonly #onArp = (frame: Frame): void => this.#datapath.receiveArp(frame, this.#arp, this.#at.nowMs);
  readonly #onNdp = (frame: Frame): void => this.#datapath.receiveNdp(frame, this.#ndp, this.#at.nowMs);
  readonly #intake: Intake = {
    readMessages: (reader) => this.#pulses?.receive(reader),
    answerFrames: () => {
      this.#receiveArp();
      this.#receiveNdp();
    },
  };
  /** Of this round: before anything was read. */
  #at = instant();
  readonly #onAwake = (): void => {
    this.#at = instant();
  };
  /** Messages were read in this round. */
  #hasRead = false;
  #nextTickMs = 0;
  #stopped = false;
  /** `Datapath.servedVersion` for which groups were joined. */
  #joinedFor = 0;
  #joining = false;
  /** Memberships that could not be had, counted each tick. */
  #groupFailures = 0;
  #bindFailure: string | undefined;

  constructor(libc: Libc, port: MessagePort, options: ThreadOptions) {
    this.#port = port;
    this.#wakeUp = WakeUp.ofDescriptor(libc, options.wakeUpDescriptor);
    this.#address = options.pulses.address;
    this.#stalls = new Stalls(options.pulses);
    const failover = failoverOf(options);
    const routes = new RouteFiles({ onFailure: (why) => this.#postEvent({ type: 'gatewaysUnknown', why }) });
    this.#datapath = new Datapath({
      announcer: options.announcer,
      failover,
      gateways: routes.defaultGateways,
    });
    this.#pulses = pulsePortOf(libc, options, failover);
    this.#arp = new PacketSocket(libc, { etherType: etherType.arp, filter: arpFilter });
    this.#ndp = new PacketSocket(libc, { etherType: etherType.ipv6, filter: ndpFilter });
    this.#sinks = { arp: this.#arp, ndp: this.#ndp };
    this.#netlink = new NetlinkSocket(libc);
    this.#groups = new MulticastGroups(libc);
    this.#waiting = new DescriptorSet(libc, this.#descriptors());
  }

  /**
   * All that the loop waits for. Messages first: after a stall of this process the claims of others lie there, and may
   * say that an address is answered elsewhere by now.
   */
  #descriptors(): readonly Descriptor[] {
    const pulses = this.#pulses;
    return [
      ...(pulses === undefined ? [] : [{ fd: pulses.fd, onReadable: () => this.#receivePulses() }]),
      { fd: this.#arp.fd, onReadable: () => this.#receiveArp() },
      { fd: this.#ndp.fd, onReadable: () => this.#receiveNdp() },
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
        if (this.#at.nowMs >= this.#nextTickMs) {
          this.#tick();
          // The worker's own event loop gets a turn: V8's and Node's chores run there.
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      this.#datapath.stop(this.#at);
      this.#sendMessages();
      this.#postEvents();
    } finally {
      this.#close();
    }
  }

  #round(): void {
    const dueMs = Math.max(this.#nextDueMs(), this.#at.nowMs);
    this.#hasRead = false;
    this.#waiting.wait(this.#joining ? 0 : Math.max(0, Math.ceil(dueMs - performance.now())), this.#onAwake);
    const { nowMs } = this.#at;
    this.#stalls.ran(dueMs, nowMs);
    if (nowMs >= this.#datapath.nextDecisionMs()) this.#decide();
    this.#settle();
    this.#datapath.sendDue(this.#sinks, nowMs);
    this.#arp.flush();
    this.#ndp.flush();
    this.#joinGroups();
    // Others are told what was announced, once it was.
    this.#settle();
    this.#sendMessages();
    this.#postEvents();
  }

  #nextDueMs(): number {
    return Math.min(this.#datapath.nextDecisionMs(), this.#datapath.nextFrameMs(), this.#nextTickMs + tickLateMs);
  }

  /** Silence counts only once all that has come until now is read: it may have waited while this process did not run. */
  #decide(): void {
    if (!this.#hasRead) this.#receivePulses();
    this.#datapath.advance(this.#at);
  }

  #receivePulses(): void {
    this.#hasRead = true;
    this.#datapath.takeIn(this.#intake, this.#at);
  }

  #receiveArp(): void {
    this.#arp.receive(this.#onArp);
  }

  #receiveNdp(): void {
    this.#ndp.receive(this.#onNdp);
  }

  #settle(): void {
    if (this.#datapath.unsettled) this.#datapath.settle(this.#at);
  }

  #sendMessages(): void {
    for (const { to, message } of this.#datapath.takeMessages()) this.#pulses?.send(to, message);
  }

  #receiveLinks(): void {
    const links = this.#netlink.receive();
    if (links === undefined) return;
    this.#pulses?.setSilent(!getsOutFrom(this.#address, links));
    this.#datapath.applyLinks(links, this.#at);
  }

  #receiveMessages(): void {
    this.#wakeUp.clear();
    for (let received = receiveMessageOnPort(this.#port); received; received = receiveMessageOnPort(this.#port)) {
      this.#obey(received.message);
    }
  }

  #obey(message: MessageToThread): void {
    switch (message.type) {
      case 'stop':
        this.#stopped = true;
        break;
      case 'keys':
        this.#pulses?.setKeys(message.keys);
        this.#openPulses();
        break;
      case 'table':
        this.#pulses?.setMembers(message.table.members);
        this.#datapath.instruct({ type: 'table', table: this.#unpacker.unpack(message.table) }, this.#at);
        break;
      default:
        this.#datapath.instruct(message, this.#at);
    }
  }

  /** The address may come later, and who has the port may go: until then all live by their Leases. */
  #openPulses(): void {
    if (this.#pulses === undefined) return;
    const why = this.#pulses.bind()?.message;
    if (why !== undefined && why !== this.#bindFailure) this.#postEvent({ type: 'pulsePortFailed', why });
    this.#bindFailure = why;
    this.#datapath.setPulses(this.#pulses.usable, this.#at);
  }

  #joinGroups(): void {
    if (this.#joinedFor !== this.#datapath.servedVersion) {
      this.#joinedFor = this.#datapath.servedVersion;
      this.#groups.want(wantedMemberships(this.#datapath.listening()));
      this.#joining = true;
    }
    if (!this.#joining) return;
    this.#joining = this.#groups.advance();
    if (!this.#joining) this.#datapath.joined(this.#at.nowMs);
  }

  #tick(): void {
    this.#nextTickMs = this.#at.nowMs + tickMs;
    // What could not be joined is tried again in the next round.
    if (this.#groups.failures > 0) this.#joinedFor = -1;
    this.#groupFailures += this.#groups.failures;
    if (this.#bindFailure !== undefined) this.#openPulses();
    const counters = {
      ...this.#datapath.counters(),
      ...this.#pulses?.counters(),
      ...this.#arp.counters('arp'),
      ...this.#ndp.counters('ndp'),
      groupFailures: this.#groupFailures,
      stalls: this.#stalls.total,
    };
    const stalled = this.#stalls.take();
    if (stalled !== undefined) this.#postEvent({ type: 'stalled', ...stalled });
    this.#postEvent({ type: 'tick', counters, standings: this.#datapath.standings() });
  }

  #postEvents(): void {
    const events = this.#datapath.takeEvents();
    if (events.length > 0) this.#post({ type: 'events', events });
  }

  #postEvent(event: DatapathEvent): void {
    this.#post({ type: 'events', events: [event] });
  }

  #post(message: MessageFromThread): void {
    this.#port.postMessage(message);
  }

  #close(): void {
    this.#waiting.close();
    this.#groups.close();
    this.#netlink.close();
    this.#ndp.close();
    this.#arp.close();
    this.#pulses?.close();
    this.#port.close();
  }
}

function instant(): Instant {
  return { nowMs: performance.now(), wallMs: Date.now() };
}

function failoverOf({ self, pulses }: ThreadOptions): Failover {
  return new Failover({
    ...pulses,
    self,
    awaitsKeys: ownAddressOf(pulses) !== undefined,
    nonce: () => randomBytes(8).toString('hex'),
    wallMs: () => Date.now(),
  });
}

/** Undefined where this node takes no part in pulses. */
function pulsePortOf(libc: Libc, { self, pulses }: ThreadOptions, failover: Failover): PulsePort | undefined {
  const own = ownAddressOf(pulses);
  const isVerified = (sender: string, incarnation: string): boolean => failover.isVerified(sender, incarnation);
  return own === undefined
    ? undefined
    : new PulsePort(libc, { self, incarnation: pulses.incarnation, own, isVerified });
}

function ownAddressOf({ address, port }: PulseOptions): SocketAddress | undefined {
  return port > 0 ? socketAddressOf(address, port) : undefined;
}
