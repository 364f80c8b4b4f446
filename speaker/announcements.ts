import type { AddressInUse } from '../shared/api/address-in-use.ts';
import type { Node } from '../shared/api/node.ts';
import type { ObjectKey } from '../shared/api/object-meta.ts';
import { type AnnounceReason, eventReasons } from '../shared/api/reasons.ts';
import { referenceTo } from '../shared/api/resource-type.ts';
import { type Service, serviceResource } from '../shared/api/service.ts';
import type { EventRecorder, EventToRecord } from '../shared/kube/event-recorder.ts';
import type { Cache } from '../shared/kube/informer.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { DatapathEvent, Link } from './datapath/table.ts';
import type { GroupPlan } from './group-plan.ts';
import type { SpeakerMetrics } from './metrics.ts';
import { type Holding, OwnedAddresses } from './owned-addresses.ts';
import type { Planned } from './planner-task.ts';
import { MemberReports } from './status/member-reports.ts';
import { type GaveUp, ownerChangedText, ownerYieldedText, type TookOver } from './status/owner-changes.ts';
import { giveUpTexts, takeoverTexts } from './status/ownership-texts.ts';
import type { StatusView } from './status/status-task.ts';
import { groupKeyOf } from './table-of-plan.ts';

export interface AnnouncementsOptions {
  readonly self: string;
  /** UDP port of pulses, for advice. */
  readonly pulsePort: number;
  readonly services: Cache<Service>;
  readonly nodes: Pick<Cache<Node>, 'get'>;
  readonly events: EventRecorder;
  readonly metrics: SpeakerMetrics;
  readonly log: Log;
  readonly onLinks: (links: readonly Link[]) => void;
  /** Something changed about what this node answers for; it is worked out when it is read. */
  readonly onOwned: (read: () => ReadonlyMap<string, Holding>) => void;
  readonly onView: (view: StatusView) => void;
  /** The pulses of a member are heard, or are not any more. */
  readonly onHeard: (node: string, heard: boolean) => void;
  /** Members whose pulses do not come are others now; sorted. */
  readonly onUnheard: (nodes: readonly string[]) => void;
  readonly onGaveUp: (ip: string) => void;
  readonly onAskApiServer: () => void;
  readonly onDrained: () => void;
  /** All addresses that were to be announced and that other machines use. */
  readonly onAddressesInUse: (addresses: readonly AddressInUse[]) => void;
}

const stalledText =
  'the packet thread did not run for so long, and others may have taken this node for dead; is the node short of CPU, ' +
  'or was it paused?';
const gatewaysUnknownText =
  'where no other speaker is heard, only the API server can tell whether this node is cut off: what they held waits for it';

type Conflict = Extract<DatapathEvent, { type: 'conflict' }>;
type MemberChange = Extract<DatapathEvent, { type: 'memberUp' | 'memberDown' }>;

/** Brings together what the plan wants and what the datapath says it does. */
export class Announcements {
  readonly #options: AnnouncementsOptions;
  readonly #owned = new OwnedAddresses();
  readonly #members: MemberReports;
  #planned: Planned | undefined;
  /** BOUNDED by what the datapath remembers. */
  #inUse: readonly AddressInUse[] = [];
  /** By address, of the plan in force; made when it is first asked for. */
  #groups: ReadonlyMap<string, GroupPlan> | undefined;
  #unannounced: ReadonlyMap<string, AnnounceReason> | undefined;

  constructor(options: AnnouncementsOptions) {
    this.#options = options;
    this.#members = new MemberReports({
      ...options,
      addressesOf: (node) => this.#planned?.table.vips.filter(({ holder }) => holder === node).length ?? 0,
    });
  }

  /** Does this node answer for any address? */
  get any(): boolean {
    return this.#owned.size > 0;
  }

  holds(ip: string): boolean {
    return this.#owned.has(ip);
  }

  plan(planned: Planned): void {
    this.#planned = planned;
    this.#groups = undefined;
    this.#unannounced = undefined;
    const services = [...planned.plan.services.values()];
    this.#options.metrics.planned({
      unannounced: services.reduce((sum, { unannounced }) => sum + unannounced.length, 0),
      tookMs: planned.tookMs,
      owners: () => this.#owned.of(services),
    });
    this.#members.members(planned.speakers);
    this.#tellOwned();
    this.#tellView();
  }

  event(event: DatapathEvent): void {
    const { metrics, log } = this.#options;
    switch (event.type) {
      case 'links':
        this.#options.onLinks(event.links);
        break;
      case 'tookOver':
        this.#tookOver(event);
        break;
      case 'gaveUp':
        this.#gaveUp(event);
        break;
      case 'memberUp':
      case 'memberDown':
        this.#memberChanged(event);
        break;
      case 'pulsesBlocked':
      case 'pulsePortFailed':
        this.#members.event(event);
        break;
      case 'stalled':
        log.warn('stalled', { times: event.times, longestMs: Math.round(event.longestMs), meaning: stalledText });
        break;
      case 'gatewaysUnknown':
        log.warn('gateways-unknown', { why: event.why, meaning: gatewaysUnknownText });
        break;
      case 'askApiServer':
        this.#options.onAskApiServer();
        break;
      case 'drained':
        this.#options.onDrained();
        break;
      case 'conflict':
        this.#conflict(event);
        break;
      case 'addressesInUse':
        this.#addressesInUse(event.addresses);
        break;
      case 'tick':
        metrics.datapath(event.counters);
        metrics.standings(event.standings);
        break;
      case 'tableApplied':
        log.debug('table-applied', { version: event.version });
        break;
    }
  }

  #memberChanged(event: MemberChange): void {
    const { node } = event;
    const wasDown = this.#members.isDown(node);
    this.#options.onHeard(node, event.type === 'memberUp');
    this.#members.event(event);
    if (this.#members.isDown(node) !== wasDown) this.#tellView();
  }

  #tookOver(event: TookOver): void {
    const { metrics, log, self } = this.#options;
    const { ip, service, reason, from, afterMs, atMs } = event;
    const after = afterMs === undefined ? {} : { afterMs: Math.round(afterMs) };
    log.info('took-over', { ip, service, reason, from, ...after, meaning: takeoverTexts[reason] });
    metrics.tookOver(event);
    this.#owned.take(ip, atMs);
    this.#tellOwned();
    const whyNotFrom = from === undefined ? undefined : this.#whyNot(ip, from);
    this.#tellOwnerChanged(event, ownerChangedText(event, { self, whyNotFrom }));
  }

  #gaveUp(event: GaveUp): void {
    const { metrics, log, self } = this.#options;
    const { ip, service, reason } = event;
    const byPlan = reason === 'notCandidate' || reason === 'addressRemoved';
    const why = byPlan ? this.#whyNot(ip, self) : undefined;
    log.info('gave-up', { ip, service, reason, meaning: giveUpTexts[reason], ...(why === undefined ? {} : { why }) });
    metrics.gaveUp(reason);
    this.#owned.giveUp(ip);
    this.#tellOwned();
    this.#options.onGaveUp(ip);
    const ips = this.#groupOf(ip)?.ips;
    this.#tellOwnerChanged(event, ownerYieldedText(event, { self, group: ips && groupKeyOf(ips) }));
  }

  #tellOwnerChanged(about: TookOver | GaveUp, message: string | undefined): void {
    if (message !== undefined) this.#record(about, { type: 'Normal', reason: eventReasons.ownerChanged, message });
  }

  /** Who is about to stop, or is dead, reports nothing that would have to be put right later. */
  #tellView(): void {
    if (this.#planned === undefined) return;
    const { plan, speakers } = this.#planned;
    const reporters = [...speakers].filter(([node, { leaving }]) => !leaving && !this.#members.isDown(node));
    this.#options.onView({ plan, reporters: reporters.map(([node]) => node) });
  }

  #tellOwned(): void {
    const planned = this.#planned;
    if (planned !== undefined) this.#options.onOwned(() => this.#owned.holdings(planned.table, planned.links));
  }

  #addressesInUse(addresses: readonly AddressInUse[]): void {
    const { metrics, log } = this.#options;
    const known = new Set(this.#inUse.map(({ address, untilMs }) => `${address} ${untilMs}`));
    const news = addresses.filter(({ address, untilMs }) => !known.has(`${address} ${untilMs}`));
    for (const one of news) log.warn('address-in-use', { ...one, until: new Date(one.untilMs).toISOString() });
    metrics.addressesInUse(addresses.length);
    this.#inUse = addresses;
    this.#options.onAddressesInUse(addresses);
  }

  #conflict({ ip, service, mac, link }: Conflict): void {
    const { metrics, log, self } = this.#options;
    log.warn('address-conflict', { ip, service, mac, link });
    metrics.conflict(service, ip);
    const claim = `${mac} claims ${ip} on the network of ${link}, which node ${self} announces`;
    const message = `${claim}; give that machine another address, or put ${ip} into excludeAddresses of its pool`;
    this.#record({ ip, service }, { type: 'Warning', reason: eventReasons.addressConflict, message });
  }

  /** On every Service that shares the address's group. */
  #record(about: { readonly ip: string; readonly service: ObjectKey }, event: Omit<EventToRecord, 'regarding'>): void {
    const { services, events } = this.#options;
    for (const key of this.#groupOf(about.ip)?.services ?? [about.service]) {
      const object = services.get(key);
      if (object !== undefined) events.record({ regarding: referenceTo(serviceResource, object), ...event });
    }
  }

  #groupOf(ip: string): GroupPlan | undefined {
    const groups = this.#planned?.plan.groups ?? [];
    this.#groups ??= new Map(groups.flatMap((group) => group.ips.map((one) => [one, group] as const)));
    return this.#groups.get(ip);
  }

  /** Why the plan passes a node over, or has nobody for the address. */
  #whyNot(ip: string, node: string): AnnounceReason | undefined {
    return this.#groupOf(ip)?.passedOver.get(node) ?? this.#causes().get(ip);
  }

  /** Of addresses that nobody may announce. */
  #causes(): ReadonlyMap<string, AnnounceReason> {
    const services = this.#planned?.plan.services.values() ?? [];
    this.#unannounced ??= new Map(
      [...services].flatMap(({ unannounced }) => unannounced.map(({ ip, cause }) => [ip, cause] as const)),
    );
    return this.#unannounced;
  }
}
