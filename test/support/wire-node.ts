import { systemClock } from '../../shared/runtime/system-clock.ts';
import { DatapathTask } from '../../speaker/datapath/datapath-task.ts';
import type { DatapathEvent, DatapathTable, Member, Vip } from '../../speaker/datapath/table.ts';
import { ip, linkIndex } from './wire-namespace.ts';
import { eventually, WirePeer } from './wire-peer.ts';

export const nodeMac = '02:00:00:00:00:01';
export const peerMac = '02:00:00:00:00:02';
export const nodeLink = 'node0';
export const peerLink = 'peer0';

/**
 * A node that runs the datapath thread, here, and a station in another namespace, with a veth pair between them:
 * the node is 192.0.2.1 and 2001:db8::1, the station 192.0.2.2 and 2001:db8::2.
 */
export class WireNode {
  readonly peer: WirePeer;
  readonly task: DatapathTask;
  readonly events: DatapathEvent[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #version = 0;

  private constructor(peer: WirePeer, refreshMs: number) {
    this.peer = peer;
    this.task = new DatapathTask({ clock: systemClock(), self: 'node-a', refreshMs });
    this.task.onEvent((event) => this.events.push(event));
    this.#ended = this.task.run(this.#stop.signal);
  }

  static async start(refreshMs = 0): Promise<WireNode> {
    const peer = await WirePeer.start();
    ip(`link add ${nodeLink} address ${nodeMac} type veth peer name ${peerLink} address ${peerMac} netns ${peer.pid}`);
    ip('link set lo up');
    await peer.ip('link set lo up');
    ip(`addr add 192.0.2.1/24 dev ${nodeLink}`);
    ip(`addr add 2001:db8::1/64 dev ${nodeLink} nodad`);
    await peer.ip(`addr add 192.0.2.2/24 dev ${peerLink}`);
    await peer.ip(`addr add 2001:db8::2/64 dev ${peerLink} nodad`);
    ip(`link set ${nodeLink} up`);
    await peer.ip(`link set ${peerLink} up`);
    await peer.open();
    const node = new WireNode(peer, refreshMs);
    await node.task.ready;
    return node;
  }

  get interfaceIndex(): number {
    return linkIndex(nodeLink);
  }

  /** The address as a table's entry, answered on the veth; `candidates` by default this node alone. */
  vip(ipText: string, overrides: Partial<Vip> = {}): Vip {
    return {
      ip: ipText,
      service: 'shop/web',
      group: ipText,
      holder: undefined,
      interfaces: [{ index: this.interfaceIndex, mac: nodeMac }],
      candidates: ['node-a'],
      ...overrides,
    };
  }

  /** Puts the table in force, and waits until the thread says so. */
  async apply(vips: readonly Vip[], members: readonly Member[] = []): Promise<void> {
    this.#version += 1;
    const table: DatapathTable = { version: this.#version, self: 'node-a', members, vips };
    this.task.send(table);
    await this.event((event) => event.type === 'tableApplied' && event.version === table.version);
  }

  event(fits: (event: DatapathEvent) => boolean, from = 0, deadlineMs = 10_000): Promise<DatapathEvent> {
    return eventually(
      () => this.events.slice(from).find(fits),
      () => `no such event among ${JSON.stringify(this.events.slice(from))}`,
      deadlineMs,
    );
  }

  /** The thread's counters, as of a tick that is yet to come. */
  async counters(): Promise<Readonly<Record<string, number>>> {
    const tick = await this.event((event) => event.type === 'tick', this.events.length);
    return tick.type === 'tick' ? tick.counters : {};
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    this.peer.stop();
  }
}
