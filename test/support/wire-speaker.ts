import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { PulseOptions } from '../../speaker/datapath/datapath-message.ts';
import type { DatapathEvent, Member, VipInterface } from '../../speaker/datapath/table.ts';
import { ip } from './wire-namespace.ts';
import { eventually } from './wire-peer.ts';
import type { WireSpeakerOrder, WireSpeakerReport } from './wire-speaker-message.ts';

type Tick = Extract<DatapathEvent, { type: 'tick' }>;

export interface SeenEvent {
  readonly event: DatapathEvent;
  /** On this process's monotonic clock. */
  readonly atMs: number;
}

/** A speaker's datapath thread, in a process and a network namespace of its own, on a bridge of this namespace. */
export class WireSpeaker {
  readonly node: string;
  readonly mac: string;
  /** IPv4, or IPv6 where the LAN of pulses is that. */
  readonly address: string;
  readonly incarnation: string;
  readonly events: SeenEvent[] = [];
  /** Its CPU time since its start, as of its last event. */
  cpuMs = 0;
  readonly #child: ChildProcess;
  readonly #link: string;
  readonly #interfaces = new Map<string, VipInterface>();
  #ipOutput: PromiseWithResolvers<string> | undefined;
  #blocked: PromiseWithResolvers<void> | undefined;

  private constructor(child: ChildProcess, { n, incarnation, ipv6 }: WireSpeakerPlace) {
    this.#child = child;
    this.node = `node-${n}`;
    this.mac = `02:00:00:00:01:${String(n).padStart(2, '0')}`;
    this.address = ipv6 ? `2001:db8::1${n}` : `192.0.2.1${n}`;
    this.incarnation = incarnation;
    this.#link = `port${incarnation.slice(-4)}`;
    child.on('message', (message: WireSpeakerReport) => this.#receive(message));
  }

  /** Starts the process, joins it to the bridge, and starts the thread. */
  static async start(place: WireSpeakerPlace, pulses: Partial<PulseOptions> = {}): Promise<WireSpeaker> {
    const main = new URL('./wire-speaker-main.ts', import.meta.url).pathname;
    const child = spawn('unshare', ['--net', process.execPath, main], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { PATH: process.env['PATH'] },
    });
    await once(child, 'message');
    const speaker = new WireSpeaker(child, place);
    await speaker.#join(place.bridge);
    speaker.#order({
      type: 'start',
      self: speaker.node,
      pulses: {
        incarnation: place.incarnation,
        address: speaker.address,
        port: 7946,
        intervalMs: 100,
        multiplier: 3,
        failback: 'never',
        ...pulses,
      },
    });
    await once(child, 'message');
    return speaker;
  }

  async #join(bridge: string): Promise<void> {
    const { pid = 0 } = this.#child;
    for (const [link, mac] of [
      ['eth0', this.mac],
      ['eth1', this.secondMac],
    ] as const) {
      const port = `${this.#link}${link.slice(-1)}`;
      ip(`link add ${port} type veth peer name ${link} address ${mac} netns ${pid}`);
      ip(`link set ${port} master ${bridge} up`);
      await this.ip(`link set ${link} up`);
      this.#interfaces.set(link, { index: Number.parseInt(await this.ip(`-o link show dev ${link}`), 10), mac });
    }
    const n = this.node.slice('node-'.length);
    for (const command of [
      'link set lo up',
      `addr add 192.0.2.1${n}/24 dev eth0`,
      `addr add 2001:db8::1${n}/64 dev eth0 nodad`,
    ]) {
      await this.ip(command);
    }
  }

  get member(): Member {
    const { node, address, incarnation, mac, secondMac } = this;
    return { node, address, port: 7946, incarnation, macs: [mac, secondMac], leaseExpired: false };
  }

  /** Of its second link, over which no messages go. */
  get secondMac(): string {
    return this.mac.replace(/01:(..)$/, '02:$1');
  }

  interfaces(link: 'eth0' | 'eth1'): readonly VipInterface[] {
    const found = this.#interfaces.get(link);
    return found === undefined ? [] : [found];
  }

  tell(order: Exclude<WireSpeakerOrder, { type: 'start' | 'ip' | 'block' }>): void {
    this.#order(order);
  }

  /** Has its main thread do nothing for so long; what that told before has come when this resolves. */
  blockMain(ms: number): Promise<void> {
    this.#blocked = Promise.withResolvers();
    this.#order({ type: 'block', ms });
    return this.#blocked.promise;
  }

  ip(command: string): Promise<string> {
    this.#ipOutput = Promise.withResolvers();
    this.#order({ type: 'ip', command });
    return this.#ipOutput.promise;
  }

  signal(signal: 'SIGKILL' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** Stops it; resolves when none of its threads runs any more: on a busy machine that takes some ms. */
  async suspend(): Promise<void> {
    this.#child.kill('SIGSTOP');
    const tasks = `/proc/${this.#child.pid}/task`;
    // man 5 proc_pid_stat: the state comes after the name, which is in parentheses.
    const stopped = (): boolean =>
      readdirSync(tasks).every((task) =>
        / T \d/.test(readFileSync(`${tasks}/${task}/stat`, 'utf8').replace(/.*\)/, '')),
      );
    await eventually(
      () => stopped() || undefined,
      () => `${this.node} still runs`,
    );
  }

  /** Takes the cable out of the switch, or puts it in. */
  setPort(state: 'up' | 'down'): void {
    ip(`link set ${this.#link}0 ${state}`);
  }

  /** How often such events came since position `from`. */
  count(type: DatapathEvent['type'], from = 0): number {
    return this.events.slice(from).filter(({ event }) => event.type === type).length;
  }

  /** The first event from position `from` on that fits. */
  event(fits: (event: DatapathEvent) => boolean, from = 0, deadlineMs = 10_000): Promise<SeenEvent> {
    return eventually(
      () => this.events.slice(from).find(({ event }) => fits(event)),
      () => `${this.node}: no such event among ${JSON.stringify(this.events.slice(from).filter(isRare))}`,
      deadlineMs,
    );
  }

  /** As of a tick that is yet to come. */
  async tick(): Promise<Tick> {
    const { event } = await this.event(({ type }) => type === 'tick', this.events.length);
    if (event.type !== 'tick') throw new Error('no tick');
    return event;
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #order(order: WireSpeakerOrder): void {
    this.#child.send(order);
  }

  #receive(report: WireSpeakerReport): void {
    if (report.type === 'blocked') this.#blocked?.resolve();
    if (report.type === 'ipDone') this.#ipOutput?.resolve(report.output);
    if (report.type !== 'event') return;
    this.events.push({ event: report.event, atMs: performance.now() });
    this.cpuMs = report.cpuMs;
  }
}

/** Where a speaker runs: its number, from 1 to 9, and the bridge. */
export interface WireSpeakerPlace {
  readonly n: number;
  readonly bridge: string;
  readonly incarnation: string;
  /** Pulses go by IPv6. */
  readonly ipv6?: boolean;
}

function isRare({ event }: SeenEvent): boolean {
  return event.type !== 'tick' && event.type !== 'links';
}
