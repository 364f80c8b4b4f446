import type { ApiClient } from '../shared/kube/api-client.ts';
import type { EventRecorder } from '../shared/kube/event-recorder.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { deferred } from '../shared/runtime/deferred.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import type { Task } from '../shared/runtime/task.ts';
import { Announcements } from './announcements.ts';
import { ApiEvidence } from './api-evidence-client.ts';
import type { DatapathTask } from './datapath/datapath-task.ts';
import { InterfaceReports } from './interface-reports.ts';
import { namedInterfaces, publishedInterfaces } from './interfaces.ts';
import { LocalNode } from './local-node.ts';
import { leaseReleaseTask } from './membership/lease-release-task.ts';
import { type SpeakerLeaseTask, speakerLeaseTask } from './membership/speaker-lease-task.ts';
import type { SpeakerMetrics } from './metrics.ts';
import type { SpeakerOptions } from './options.ts';
import { type PlannerTask, plannerTask } from './planner-task.ts';
import { pulseKeysTasks } from './pulse-keys-task.ts';
import { type SpeakerCaches, speakerCaches } from './speaker-caches.ts';
import { speakerStateTask } from './status/configuration-state-task.ts';
import { ReportWriter } from './status/report-writer.ts';
import { statusTask } from './status/status-task.ts';
import { type StrictArpOptions, strictArpTask } from './strict-arp/strict-arp-task.ts';

/** What the main thread asks of the datapath thread. */
export type DatapathHandle = Pick<
  DatapathTask,
  'send' | 'setKeys' | 'leaseRenewed' | 'apiHeard' | 'leave' | 'lastTickMs' | 'onEvent'
>;

export interface SpeakerTasksOptions
  extends Pick<
    SpeakerOptions,
    | 'nodeName'
    | 'namespace'
    | 'configMapName'
    | 'loadBalancerClass'
    | 'ignoreExcludeLabel'
    | 'exclusions'
    | 'hostAddress'
    | 'pulsePort'
    | 'strictArp'
  > {
  readonly client: ApiClient & { readonly heardMs: number };
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly events: EventRecorder;
  readonly metrics: SpeakerMetrics;
  readonly datapath: DatapathHandle;
  /** What the node says of its kernel and its kube-proxy. */
  readonly asksNode: Pick<StrictArpOptions, 'sysctls' | 'askProxyMode'>;
  /** Random per start, 16 hex digits. */
  readonly incarnation: string;
}

export interface SpeakerTasks {
  readonly caches: SpeakerCaches;
  readonly local: LocalNode;
  readonly lease: SpeakerLeaseTask;
  readonly planner: PlannerTask;
  /** In the order of their start; stopped in reverse: pulses say `leave`, no more plans, then the Lease says it. */
  readonly tasks: readonly Task[];
}

/** A thread that ticks every second and is silent for so long can't answer for addresses. */
const stalledMs = 3_000;

/** All that a speaker does between the API server and its datapath, wired up. */
export function speakerTasks(options: SpeakerTasksOptions): SpeakerTasks {
  const { nodeName: self, client, clock, datapath, events, metrics, namespace, pulsePort } = options;
  const base = { client, clock, log: options.log, random: options.random, namespace };
  const { hostAddress: address, incarnation, exclusions } = options;
  const local = new LocalNode({ address, port: pulsePort, incarnation, exclusions });
  const interfaces = new InterfaceReports(options.log);
  /** After a change of links, or of the interfaces that advertisements name. */
  const tellNode = (): void => {
    const usable = local.interfaces(planner.config);
    if (usable !== undefined) interfaces.see(usable);
    lease.publish();
  };
  const strictArp = strictArpTask({
    ...base,
    ...options.asksNode,
    self,
    policy: options.strictArp,
    metrics,
    interfacesOf: (links) =>
      publishedInterfaces(links, exclusions, namedInterfaces(planner.config)).map(({ name }) => name),
    onFault: (fault) => {
      local.setStrictArp(fault);
      lease.publish();
    },
  });
  const informers = speakerCaches({ ...base, configMapName: options.configMapName });
  const { caches } = informers;
  const drained = deferred();
  const lease = speakerLeaseTask({
    ...base,
    node: self,
    facts: () => (clock.now() - datapath.lastTickMs <= stalledMs ? local.facts(planner.config) : undefined),
    speakers: () => planner.leases,
    hasSuccessor: () =>
      announcements.any && [...planner.speakers].some(([node, { leaving }]) => node !== self && !leaving),
    handedOver: drained.promise,
    byPulses: () => [...planner.speakers.values()].every(({ port, keys }) => port > 0 && keys.length > 0),
  });
  const said = speakerStateTask({ ...base, self, nodes: caches.nodes });
  const planner = plannerTask({
    ...base,
    ...options,
    self,
    caches,
    synced: informers.planned,
    reported: informers.reported,
    kindsServed: informers.kindsServed,
    holds: (ip) => announcements.holds(ip),
    onConfig: (state) => {
      metrics.configured(state);
      said.publish(state);
      tellNode();
    },
    onTable: (table) => datapath.send(table),
    onPlan: (planned) => {
      announcements.plan(planned);
      strictArp.setVips(new Set(planned.plan.services.values().flatMap(({ ips }) => ips)));
    },
    onLeaseRenewed: (node, agoMs) => datapath.leaseRenewed(node, agoMs),
    onLeaseDeleted: () => lease.restore(),
  });
  const members = () => planner.speakers.keys();
  const release = leaseReleaseTask({ ...base, self, expired: () => planner.expired, members });
  const writer = new ReportWriter({ client, events, namespace });
  const status = statusTask({ ...base, self, ...caches, synced: informers.reported, writer });
  const evidence = new ApiEvidence({ ...base, self, onHeard: (agoMs) => datapath.apiHeard(agoMs) });
  const announcements = new Announcements({
    self,
    pulsePort,
    services: caches.services,
    nodes: caches.nodes,
    events,
    metrics,
    log: options.log,
    onLinks: (now) => {
      // Before the others are told of this node at all.
      strictArp.setLinks(now);
      local.setLinks(now);
      planner.setLinks(now);
      tellNode();
    },
    onOwned: (read) => status.setOwned(read),
    onView: (view) => status.setView(view),
    onHeard: (node, heard) => planner.setHeard(node, heard),
    onUnheard: (nodes) => {
      local.setUnheard(nodes);
      lease.publish();
    },
    onGaveUp: (ip) => planner.gaveUp(ip),
    onAskApiServer: () => void evidence.ask(),
    onDrained: () => drained.resolve(),
    onAddressesInUse: (addresses) => {
      local.setAddressesInUse(addresses);
      lease.publish();
    },
  });
  datapath.onEvent((event) => announcements.event(event));
  const pulseKeys = pulseKeysTasks({
    ...base,
    onKeys: (keys, ids) => {
      datapath.setKeys(keys);
      local.setKeys(ids);
      lease.publish();
    },
  });
  // Stopped before all others, of which some may wait for an API server that is away.
  const handOver: Task = {
    name: 'hand-over',
    ready: Promise.resolve(),
    run: async (signal) => {
      const stopped = deferred();
      signal.addEventListener('abort', () => stopped.resolve(), { once: true });
      if (!signal.aborted) await stopped.promise;
      datapath.leave();
    },
  };
  return {
    caches,
    local,
    lease,
    planner,
    tasks: [...informers.tasks, ...pulseKeys, lease, planner, release, status, said, strictArp, handOver],
  };
}
