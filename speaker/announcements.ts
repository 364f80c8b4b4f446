import type { ObjectKey } from '../shared/api/object-meta.ts';
import { eventReasons } from '../shared/api/reasons.ts';
import { referenceTo } from '../shared/api/resource-type.ts';
import { type Service, serviceResource } from '../shared/api/service.ts';
import type { EventRecorder } from '../shared/kube/event-recorder.ts';
import type { Cache } from '../shared/kube/informer.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { DatapathEvent, Link } from './datapath/table.ts';
import type { SpeakerFacts } from './liveness/speaker-facts.ts';
import type { SpeakerMetrics } from './metrics.ts';
import { OwnedAddresses } from './owned-addresses.ts';
import type { Planned } from './planner-task.ts';
import type { StatusView } from './status/status-task.ts';

export interface AnnouncementsOptions {
  readonly self: string;
  readonly services: Cache<Service>;
  readonly events: EventRecorder;
  readonly metrics: SpeakerMetrics;
  readonly log: Log;
  readonly onLinks: (links: readonly Link[]) => void;
  /** Something changed about what this node answers for; it is worked out when it is read. */
  readonly onOwned: (read: () => ReadonlyMap<string, readonly string[]>) => void;
  readonly onView: (view: StatusView) => void;
}

type Conflict = Extract<DatapathEvent, { type: 'conflict' }>;

/** Brings together what the plan wants and what the datapath says it does. */
export class Announcements {
  readonly #options: AnnouncementsOptions;
  readonly #owned = new OwnedAddresses();
  #planned: Planned | undefined;

  constructor(options: AnnouncementsOptions) {
    this.#options = options;
  }

  /** Does this node answer for any address? */
  get any(): boolean {
    return this.#owned.size > 0;
  }

  plan(planned: Planned): void {
    this.#planned = planned;
    const services = [...planned.plan.services.values()];
    this.#options.metrics.planned({
      members: planned.speakers.size,
      unannounced: services.reduce((sum, { unannounced }) => sum + unannounced.length, 0),
      tookMs: planned.tookMs,
      owners: () => this.#owned.of(services),
    });
    this.#tellOwned();
    this.#options.onView({ plan: planned.plan, reporters: reportersOf(planned.speakers) });
  }

  event(event: DatapathEvent): void {
    const { metrics, log } = this.#options;
    switch (event.type) {
      case 'links':
        this.#options.onLinks(event.links);
        break;
      case 'tookOver':
        log.info('took-over', { ip: event.ip, service: event.service, reason: event.reason });
        metrics.tookOver(event.reason);
        this.#owned.take(event.ip);
        this.#tellOwned();
        break;
      case 'gaveUp':
        log.info('gave-up', { ip: event.ip, service: event.service, reason: event.reason });
        metrics.gaveUp(event.reason);
        this.#owned.giveUp(event.ip);
        this.#tellOwned();
        break;
      case 'conflict':
        this.#conflict(event);
        break;
      case 'tick':
        metrics.datapath(event.counters);
        break;
      case 'tableApplied':
        log.debug('table-applied', { version: event.version });
        break;
    }
  }

  #tellOwned(): void {
    const planned = this.#planned;
    if (planned !== undefined) this.#options.onOwned(() => this.#owned.interfaces(planned.table, planned.links));
  }

  #conflict({ ip, service, mac, link }: Conflict): void {
    const { metrics, log, self } = this.#options;
    log.warn('address-conflict', { ip, service, mac, link });
    metrics.conflict(service, ip);
    for (const key of this.#sharing(ip, service)) {
      const object = this.#options.services.get(key);
      if (object === undefined) continue;
      this.#options.events.record({
        regarding: referenceTo(serviceResource, object),
        type: 'Warning',
        reason: eventReasons.addressConflict,
        message: `${mac} claims ${ip} on the network of ${link}, which node ${self} announces`,
      });
    }
  }

  #sharing(ip: string, service: ObjectKey): readonly ObjectKey[] {
    return this.#planned?.plan.groups.find(({ ips }) => ips.includes(ip))?.services ?? [service];
  }
}

/** Members that are about to stop report nothing that would have to be put right later. */
function reportersOf(speakers: ReadonlyMap<string, SpeakerFacts>): readonly string[] {
  return [...speakers].flatMap(([node, { leaving }]) => (leaving ? [] : [node]));
}
