import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ConfigState } from '../shared/config/config-state.ts';
import { findingSeverities } from '../shared/config/model.ts';
import type { DatapathEvent, GiveUpReason } from './datapath/table.ts';
import { type Standing, standings } from './liveness/standing.ts';

/** An address that this node announces for a Service. */
export interface OwnerSample {
  readonly service: string;
  readonly ip: string;
}

type Takeover = Pick<Extract<DatapathEvent, { type: 'tookOver' }>, 'ip' | 'group' | 'reason' | 'afterMs'>;

export interface PlanFigures {
  readonly unannounced: number;
  readonly tookMs: number;
  /** Read at each scrape. */
  readonly owners: () => readonly OwnerSample[];
}

/** Series of addresses with conflicts, which pools, Services and machines that come and go would multiply. */
const maxConflictSeries = 1000;

/** Every metric of the speaker, on the registry that is passed in. */
export class SpeakerMetrics {
  readonly #answers: Counter<'protocol'>;
  readonly #drops: Counter<'protocol' | 'reason'>;
  readonly #datapath: Counter<'counter'>;
  readonly #takeovers: Counter<'reason'>;
  readonly #takeoverSeconds: Histogram;
  readonly #giveUps: Counter<'reason'>;
  readonly #members: Gauge<'standing'>;
  readonly #pulsesSent: Counter;
  readonly #pulsesReceived: Counter;
  readonly #pulsesRefused: Counter<'reason'>;
  readonly #pulsesBlocked: Gauge<'node'>;
  readonly #failback: Gauge<'policy'>;
  readonly #conflicts: Counter<'service' | 'ip'>;
  /** The oldest first. BOUNDED by maxConflictSeries. */
  readonly #conflicting = new Map<string, OwnerSample>();
  readonly #addressesInUse: Gauge;
  readonly #strictArpOk: Gauge<'node'>;
  readonly #unannounced: Gauge;
  readonly #planSeconds: Histogram;
  readonly #configStale: Gauge;
  readonly #configFindings: Gauge<'severity'>;
  /** Counters as the datapath last told them. BOUNDED by the names that it has. */
  readonly #told = new Map<string, number>();
  #owners: PlanFigures['owners'] = () => [];

  constructor(registry: Registry) {
    const registers = [registry];
    const owned: Gauge<'service' | 'ip'> = new Gauge({
      name: 'herald_service_owner',
      help: '1 for each address that this node announces.',
      labelNames: ['service', 'ip'],
      registers,
      collect: () => {
        owned.reset();
        for (const { service, ip } of this.#owners()) owned.set({ service, ip }, 1);
      },
    });
    this.#answers = new Counter({
      name: 'herald_answers_total',
      help: 'ARP requests and neighbour solicitations answered.',
      labelNames: ['protocol'],
      registers,
    });
    this.#drops = new Counter({
      name: 'herald_drops_total',
      help: 'ARP and neighbour discovery frames not answered, by reason.',
      labelNames: ['protocol', 'reason'],
      registers,
    });
    this.#datapath = new Counter({
      name: 'herald_datapath_total',
      help: 'Further counters of the datapath thread.',
      labelNames: ['counter'],
      registers,
    });
    this.#takeovers = new Counter({
      name: 'herald_takeovers_total',
      help: 'Addresses that this node began to announce, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.#takeoverSeconds = new Histogram({
      name: 'herald_takeover_seconds',
      help: 'From when the former owner was last heard until this node announced its addresses, one for each group of addresses.',
      buckets: [0.05, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.75, 1, 2, 5, 15, 30],
      registers,
    });
    this.#giveUps = new Counter({
      name: 'herald_giveups_total',
      help: 'Addresses that this node ceased to announce, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.#members = new Gauge({
      name: 'herald_members',
      help: 'Speakers with a Lease, by their standing as this node sees it.',
      labelNames: ['standing'],
      registers,
    });
    this.#pulsesSent = new Counter({
      name: 'herald_pulses_sent_total',
      help: 'Pulses and other messages sent to speakers of other nodes.',
      registers,
    });
    this.#pulsesReceived = new Counter({
      name: 'herald_pulses_received_total',
      help: 'Pulses and other messages of other speakers that were authentic and new.',
      registers,
    });
    this.#pulsesRefused = new Counter({
      name: 'herald_pulses_refused_total',
      help: 'Datagrams on the port of pulses that were not acted on, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.#pulsesBlocked = new Gauge({
      name: 'herald_pulses_blocked',
      help: '1 for each node whose pulses do not come though its Lease is renewed.',
      labelNames: ['node'],
      registers,
    });
    this.#failback = new Gauge({
      name: 'herald_failback_info',
      help: '1 for the policy by which an address returns to a better node: never, always or a time.',
      labelNames: ['policy'],
      registers,
    });
    this.#conflicts = new Counter({
      name: 'herald_conflicts_total',
      help: 'Reports of a foreign MAC that claims an address which this node announces.',
      labelNames: ['service', 'ip'],
      registers,
    });
    this.#addressesInUse = new Gauge({
      name: 'herald_addresses_in_use_by_others',
      help: 'Addresses that this node was to announce and left alone, since another machine uses them (conflictCheck).',
      registers,
    });
    this.#strictArpOk = new Gauge({
      name: 'herald_strict_arp_ok',
      help: '0 where this node answers ARP for addresses that it does not announce: kube-proxy in IPVS mode without strict ARP.',
      labelNames: ['node'],
      registers,
    });
    this.#unannounced = new Gauge({
      name: 'herald_unannounced_addresses',
      help: 'Allocated addresses that no node may announce.',
      registers,
    });
    this.#planSeconds = new Histogram({
      name: 'herald_plan_seconds',
      help: 'Time to work out who announces what.',
      buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1],
      registers,
    });
    this.#configStale = new Gauge({
      name: 'herald_config_stale',
      help: '1 while the newest configuration cannot be used and an earlier one is in force.',
      registers,
    });
    this.#configFindings = new Gauge({
      name: 'herald_config_findings',
      help: 'Findings about the configuration, by severity.',
      labelNames: ['severity'],
      registers,
    });
  }

  tookOver({ ip, group, reason, afterMs }: Takeover): void {
    this.#takeovers.inc({ reason });
    if (ip === group && afterMs !== undefined) this.#takeoverSeconds.observe(afterMs / 1000);
  }

  pulsesBlocked(node: string, blocked: boolean): void {
    if (blocked) this.#pulsesBlocked.set({ node }, 1);
    else this.#pulsesBlocked.remove({ node });
  }

  standings(members: Readonly<Partial<Record<Standing, number>>>): void {
    for (const standing of standings) this.#members.set({ standing }, members[standing] ?? 0);
  }

  failback(policy: string): void {
    this.#failback.set({ policy }, 1);
  }

  gaveUp(reason: GiveUpReason): void {
    this.#giveUps.inc({ reason });
  }

  addressesInUse(count: number): void {
    this.#addressesInUse.set(count);
  }

  conflict(service: string, ip: string): void {
    const key = `${service} ${ip}`;
    this.#conflicting.delete(key);
    this.#conflicting.set(key, { service, ip });
    this.#conflicts.inc({ service, ip });
    const [[oldest, series] = []] = this.#conflicting;
    if (this.#conflicting.size <= maxConflictSeries || oldest === undefined) return;
    this.#conflicting.delete(oldest);
    this.#conflicts.remove({ ...series });
  }

  strictArp(node: string, ok: boolean): void {
    this.#strictArpOk.set({ node }, ok ? 1 : 0);
  }

  planned(figures: PlanFigures): void {
    this.#owners = figures.owners;
    this.#unannounced.set(figures.unannounced);
    this.#planSeconds.observe(figures.tookMs / 1000);
  }

  configured({ stale, findings }: ConfigState): void {
    this.#configStale.set(stale ? 1 : 0);
    for (const severity of findingSeverities) {
      const count = findings.filter((finding) => finding.severity === severity).length;
      this.#configFindings.set({ severity }, count);
    }
  }

  /** The datapath's counters since its start, named `arp.answered`, `ndp.notOwner`, `pulses.sent`, `pulses.replayed`, … */
  datapath(counters: Readonly<Record<string, number>>): void {
    for (const [name, total] of Object.entries(counters)) {
      const more = total - (this.#told.get(name) ?? 0);
      if (more > 0) this.#add(name, more);
      this.#told.set(name, total);
    }
  }

  #add(name: string, more: number): void {
    const [protocol = '', verdict] = name.split('.', 2);
    if (verdict === undefined || protocol === 'pulsePort') this.#datapath.inc({ counter: name }, more);
    else if (protocol === 'pulses') this.#addPulses(verdict, more);
    else if (verdict === 'answered') this.#answers.inc({ protocol }, more);
    else this.#drops.inc({ protocol, reason: verdict }, more);
  }

  #addPulses(what: string, more: number): void {
    if (what === 'sent') this.#pulsesSent.inc(more);
    else if (what === 'received') this.#pulsesReceived.inc(more);
    else this.#pulsesRefused.inc({ reason: what }, more);
  }
}
