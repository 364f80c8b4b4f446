import { type Node, nodeResource } from '../../shared/api/node.ts';
import { eventReasons } from '../../shared/api/reasons.ts';
import { referenceTo } from '../../shared/api/resource-type.ts';
import type { EventRecorder } from '../../shared/kube/event-recorder.ts';
import type { Cache } from '../../shared/kube/informer.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { DatapathEvent } from '../datapath/table.ts';
import type { StandingReason } from '../liveness/standing.ts';
import type { SpeakerMetrics } from '../metrics.ts';
import { standingTexts } from './ownership-texts.ts';

export type MemberEvent = Extract<
  DatapathEvent,
  { type: 'memberUp' | 'memberDown' | 'pulsesBlocked' | 'pulsePortFailed' }
>;

export interface MemberReportsOptions {
  readonly self: string;
  /** UDP. */
  readonly pulsePort: number;
  readonly nodes: Pick<Cache<Node>, 'get'>;
  readonly events: EventRecorder;
  readonly metrics: Pick<SpeakerMetrics, 'pulsesBlocked'>;
  readonly log: Log;
  /** How many of the addresses that this node knows of a node holds by its reports. */
  readonly addressesOf: (node: string) => number;
  /** Told when the nodes whose pulses do not come are others; sorted. */
  readonly onUnheard: (nodes: readonly string[]) => void;
}

/** Says of other nodes what somebody has to know who is woken up at night. */
export class MemberReports {
  readonly #options: MemberReportsOptions;
  /** Nodes whose pulses do not come. BOUNDED by the members: `members` drops the others. */
  readonly #blocked = new Set<string>();
  /** Dead, though their Leases may not have run out. BOUNDED as `#blocked`. */
  readonly #down = new Set<string>();

  constructor(options: MemberReportsOptions) {
    this.#options = options;
  }

  event(event: MemberEvent): void {
    const { log, addressesOf } = this.#options;
    switch (event.type) {
      case 'memberUp':
        this.#down.delete(event.node);
        log.info('member-up', { node: event.node, why: event.why, meaning: textOf(event.why) });
        break;
      case 'memberDown': {
        const { node, why, silentMs } = event;
        this.#down.add(node);
        const silent = silentMs === undefined ? {} : { silentMs: Math.round(silentMs) };
        const addresses = addressesOf(node);
        // Who stops in order says so, and takes its Lease with it: a rolling update is no reason to warn.
        log[why === 'removed' || why === 'left' ? 'info' : 'warn']('member-down', {
          node,
          why,
          meaning: textOf(why),
          ...silent,
          addresses,
        });
        break;
      }
      case 'pulsesBlocked':
        if (event.blocked) this.#blockedNow(event.node);
        else this.#unblockedNow(event.node);
        break;
      case 'pulsePortFailed':
        this.#portFailed(event.why);
        break;
    }
  }

  /** Those that are no members any more have nothing to be heard. */
  members(nodes: ReadonlyMap<string, unknown>): void {
    for (const node of this.#blocked) if (!nodes.has(node)) this.#forget(node);
    for (const node of this.#down) if (!nodes.has(node)) this.#down.delete(node);
  }

  isDown(node: string): boolean {
    return this.#down.has(node);
  }

  #blockedNow(node: string): void {
    if (this.#blocked.has(node)) return;
    const { self, pulsePort, metrics, log } = this.#options;
    this.#blocked.add(node);
    metrics.pulsesBlocked(node, true);
    this.#tellUnheard();
    const message =
      `node ${self} hears no pulses of node ${node}, whose speaker lives by its Lease: is UDP port ${pulsePort} open ` +
      'between them? Until pulses come, a failure of the node is noticed only when the Lease runs out';
    log.warn('pulses-blocked', { node, port: pulsePort, meaning: message });
    this.#warn(node, message);
  }

  #portFailed(why: string): void {
    const { self, log } = this.#options;
    const message = `node ${self} sends and hears no pulses: ${why}; a failure of it is noticed only when its Lease runs out`;
    log.error('pulse-port-failed', { why, meaning: message });
    this.#warn(self, message);
  }

  #warn(node: string, message: string): void {
    const { nodes, events } = this.#options;
    const object = nodes.get(node);
    if (object === undefined) return;
    const regarding = referenceTo(nodeResource, object);
    events.record({ regarding, type: 'Warning', reason: eventReasons.pulsesBlocked, message });
  }

  #unblockedNow(node: string): void {
    if (!this.#blocked.has(node)) return;
    this.#forget(node);
    this.#options.log.info('pulses-heard-again', { node });
  }

  #forget(node: string): void {
    this.#blocked.delete(node);
    this.#options.metrics.pulsesBlocked(node, false);
    this.#tellUnheard();
  }

  #tellUnheard(): void {
    this.#options.onUnheard([...this.#blocked].sort());
  }
}

function textOf(why: string): string {
  const known: Readonly<Record<string, string>> = standingTexts satisfies Readonly<Record<StandingReason, string>>;
  return known[why] ?? why;
}
