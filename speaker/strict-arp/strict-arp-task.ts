import { conditionTypes } from '../../shared/api/reasons.ts';
import type { StrictArpFault, StrictArpPolicy } from '../../shared/api/strict-arp.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { type Deferred, deferred } from '../../shared/runtime/deferred.ts';
import { delay } from '../../shared/runtime/delay.ts';
import { errorText } from '../../shared/runtime/error-text.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Task } from '../../shared/runtime/task.ts';
import type { Link } from '../datapath/table.ts';
import {
  type ArpSettings,
  hasIpvsDevice,
  judgeStrictArp,
  type NodeArpSettings,
  type StrictArpVerdict,
  type SysctlWrite,
  writesToBeStrict,
} from './judgement.ts';

/** The node's files of `net.ipv4.conf`. */
export interface ArpSysctls {
  /** Undefined where the interface is gone. */
  read(folder: string): ArpSettings | undefined;
  /** Throws without the privilege. */
  write(write: SysctlWrite): void;
}

export interface StrictArpOptions {
  readonly self: string;
  readonly policy: StrictArpPolicy;
  readonly clock: Clock;
  readonly log: Log;
  readonly sysctls: ArpSysctls;
  /** The mode of this node's kube-proxy; '' where it does not answer. */
  readonly askProxyMode: (signal: AbortSignal) => Promise<string>;
  /** Names of the interfaces on which this node may announce. */
  readonly interfacesOf: (links: readonly Link[]) => readonly string[];
  readonly metrics: { strictArp(node: string, ok: boolean): void };
  /** Undefined: all is well. */
  readonly onFault: (fault: StrictArpFault | undefined) => void;
}

export interface StrictArpTask extends Task {
  /** This node's links, as they are now; judged before it returns. */
  setLinks(links: readonly Link[]): void;
  /** The addresses of our Services. */
  setVips(vips: ReadonlySet<string>): void;
}

const lookIntervalMs = 30_000;
const meaning =
  "this node's kernel answers ARP for addresses that other nodes announce; the Node's condition " +
  `${conditionTypes.strictArpRequired} has the command that mends it`;

/** Watches whether this node's kernel keeps silent about the addresses that kube-proxy binds in IPVS mode. */
export function strictArpTask(options: StrictArpOptions): StrictArpTask {
  const watch = new StrictArpWatch(options);
  return {
    name: 'strict-arp',
    ready: Promise.resolve(),
    setLinks: (links) => watch.setLinks(links),
    setVips: (vips) => watch.setVips(vips),
    run: (signal) => watch.run(signal),
  };
}

class StrictArpWatch {
  readonly #options: StrictArpOptions;
  #links: readonly Link[] | undefined;
  #vips: ReadonlySet<string> = new Set();
  #proxyMode = '';
  #fault: StrictArpFault | undefined;
  #deviceAppeared: Deferred = deferred();
  /** Why the sysctls can't be set, as it was logged. */
  #refusal = '';

  constructor(options: StrictArpOptions) {
    this.#options = options;
  }

  setLinks(links: readonly Link[]): void {
    if (hasIpvsDevice(links) && !hasIpvsDevice(this.#links ?? [])) this.#deviceAppeared.resolve();
    this.#links = links;
    this.#look();
  }

  setVips(vips: ReadonlySet<string>): void {
    this.#vips = vips;
    this.#look();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#deviceAppeared = deferred();
      if (hasIpvsDevice(this.#links ?? [])) this.#proxyMode = await this.#options.askProxyMode(signal);
      if (!signal.aborted) this.#look();
      const over = new AbortController();
      const time = delay(this.#options.clock, lookIntervalMs, AbortSignal.any([signal, over.signal]));
      await Promise.race([time, this.#deviceAppeared.promise]);
      over.abort();
    }
  }

  #look(): void {
    const links = this.#links;
    if (links === undefined) return;
    const before = this.#judge(links);
    const verdict = before.type === 'loose' && this.#enforce(links) ? this.#judge(links) : before;
    const fault = this.#faultOf(verdict);
    this.#options.metrics.strictArp(this.#options.self, fault === undefined);
    this.#tell(verdict, fault);
  }

  #judge(links: readonly Link[]): StrictArpVerdict {
    // Most nodes have no such device, and need no file read.
    if (!hasIpvsDevice(links)) return { type: 'notIpvs' };
    return judgeStrictArp({ links, vips: this.#vips, settings: this.#read(links) });
  }

  #read(links: readonly Link[]): NodeArpSettings {
    const { sysctls, interfacesOf } = this.#options;
    const interfaces = new Map<string, ArpSettings>();
    for (const name of interfacesOf(links)) {
      const settings = sysctls.read(name);
      if (settings !== undefined) interfaces.set(name, settings);
    }
    return { all: sysctls.read('all') ?? { arp_ignore: 0, arp_announce: 0 }, interfaces };
  }

  /** True where the sysctls are set now. */
  #enforce(links: readonly Link[]): boolean {
    const { policy, sysctls, log } = this.#options;
    if (policy !== 'enforce') return false;
    const writes = writesToBeStrict(this.#read(links));
    try {
      for (const write of writes) sysctls.write(write);
    } catch (error) {
      this.#noteRefusal(error);
      return false;
    }
    this.#refusal = '';
    log.info('strict-arp-set', { sysctls: writes.map(({ folder, sysctl, value }) => `${folder}.${sysctl}=${value}`) });
    return true;
  }

  #noteRefusal(error: unknown): void {
    const why = errorText(error);
    if (why === this.#refusal) return;
    this.#refusal = why;
    const meaning = 'the speaker lacks the privilege to set sysctls; the chart gives it with strictArp=enforce';
    this.#options.log.error('strict-arp-not-set', { error, meaning });
  }

  /** Who is refused is so before the device holds an address of ours, and does not take one just to give it up. */
  #faultOf(verdict: StrictArpVerdict): StrictArpFault | undefined {
    const { policy } = this.#options;
    const wrong = verdict.type === 'loose' && (verdict.vips.length > 0 || policy === 'refuse');
    return wrong ? { policy, proxyMode: this.#proxyMode } : undefined;
  }

  #tell(verdict: StrictArpVerdict, fault: StrictArpFault | undefined): void {
    const before = this.#fault;
    if (fault?.proxyMode === before?.proxyMode && (fault === undefined) === (before === undefined)) return;
    this.#fault = fault;
    const { log, onFault } = this.#options;
    if (fault === undefined) log.info('strict-arp-right', { verdict: verdict.type });
    else if (before === undefined && verdict.type === 'loose') {
      const { interfaces, vips } = verdict;
      log.warn('strict-arp-required', { ...fault, interfaces, vips: vips.slice(0, 10), count: vips.length, meaning });
    }
    onFault(fault);
  }
}
