import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ConfigState } from '../shared/config/config-state.ts';
import { findingSeverities } from '../shared/config/model.ts';
import type { GiveUpReason, TakeoverReason } from './datapath/table.ts';

/** An address that this node announces for a Service. */
export interface OwnerSample {
  readonly service: string;
  readonly ip: string;
}

export interface PlanFigures {
  readonly members: number;
  readonly unannounced: number;
  readonly tookMs: number;
  /** Read at each scrape. */
  readonly owners: () => readonly OwnerSample[];
}

/** Every metric of the speaker, on the registry that is passed in. */
export class SpeakerMetrics {
  readonly #answers: Counter<'protocol'>;
  readonly #drops: Counter<'protocol' | 'reason'>;
  readonly #datapath: Counter<'counter'>;
  readonly #takeovers: Counter<'reason'>;
  readonly #giveUps: Counter<'reason'>;
  readonly #members: Gauge;
  readonly #conflicts: Counter<'service' | 'ip'>;
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
    this.#giveUps = new Counter({
      name: 'herald_giveups_total',
      help: 'Addresses that this node ceased to announce, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.#members = new Gauge({ name: 'herald_members', help: 'Speakers that live, as this node sees it.', registers });
    this.#conflicts = new Counter({
      name: 'herald_conflicts_total',
      help: 'Reports of a foreign MAC that claims an address which this node announces.',
      labelNames: ['service', 'ip'],
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

  tookOver(reason: TakeoverReason): void {
    this.#takeovers.inc({ reason });
  }

  gaveUp(reason: GiveUpReason): void {
    this.#giveUps.inc({ reason });
  }

  conflict(service: string, ip: string): void {
    this.#conflicts.inc({ service, ip });
  }

  planned(figures: PlanFigures): void {
    this.#owners = figures.owners;
    this.#members.set(figures.members);
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

  /** The datapath's counters since its start, named `arp.answered`, `ndp.notOwner`, … */
  datapath(counters: Readonly<Record<string, number>>): void {
    for (const [name, total] of Object.entries(counters)) {
      const more = total - (this.#told.get(name) ?? 0);
      if (more > 0) this.#add(name, more);
      this.#told.set(name, total);
    }
  }

  #add(name: string, more: number): void {
    const [protocol = '', verdict] = name.split('.', 2);
    if (verdict === undefined) this.#datapath.inc({ counter: name }, more);
    else if (verdict === 'answered') this.#answers.inc({ protocol }, more);
    else this.#drops.inc({ protocol, reason: verdict }, more);
  }
}
