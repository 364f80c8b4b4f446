import { randomBytes } from 'node:crypto';
import { connectApi } from '../shared/kube/connect-api.ts';
import { eventRecorderTask } from '../shared/kube/event-recorder-task.ts';
import { reportEnd } from '../shared/runtime/command-line.ts';
import { healthServerTask } from '../shared/runtime/health-server-task.ts';
import { createRegistry } from '../shared/runtime/metrics.ts';
import { createLog } from '../shared/runtime/pino-log.ts';
import { shutdownSignal } from '../shared/runtime/shutdown.ts';
import { keepHeapSmall } from '../shared/runtime/small-heap.ts';
import { supervise } from '../shared/runtime/supervisor.ts';
import { systemClock } from '../shared/runtime/system-clock.ts';
import { Announcements } from './announcements.ts';
import { DatapathTask } from './datapath/datapath-task.ts';
import { livenessChecks, readinessChecks } from './health-checks.ts';
import { proxyHealthTask } from './kube-proxy/proxy-health-task.ts';
import { leaseReleaseTask } from './liveness/lease-release-task.ts';
import { speakerLeaseTask } from './liveness/speaker-lease-task.ts';
import { LocalNode } from './local-node.ts';
import { SpeakerMetrics } from './metrics.ts';
import { readOptions, type SpeakerOptions } from './options.ts';
import { plannerTask } from './planner-task.ts';
import { speakerCaches } from './speaker-caches.ts';
import { speakerStateTask } from './status/configuration-state-task.ts';
import { ReportWriter } from './status/report-writer.ts';
import { statusTask } from './status/status-task.ts';

async function main(options: SpeakerOptions): Promise<void> {
  const { nodeName: self, namespace, exclusions } = options;
  const clock = systemClock();
  const random = Math.random;
  const log = createLog({ level: options.logLevel, name: 'speaker' });
  const signal = shutdownSignal(process, log);
  const registry = createRegistry();
  const metrics = new SpeakerMetrics(registry);
  const client = connectApi({ clock, component: 'speaker', kubeconfig: options.kubeconfig });
  const base = { client, clock, log, random, namespace };
  const incarnation = randomBytes(8).toString('hex');
  const local = new LocalNode({ address: options.hostAddress, port: 0, incarnation, exclusions });
  const datapath = new DatapathTask({ clock, self, refreshMs: options.announceRefreshSeconds * 1000 });
  const source = { component: 'herald-speaker', instance: options.instance, host: self };
  const events = eventRecorderTask({ ...base, source });
  const informers = speakerCaches({ ...base, configMapName: options.configMapName });
  const { caches } = informers;
  const lease = speakerLeaseTask({
    ...base,
    node: self,
    facts: () => local.facts(planner.config),
    speakers: () => planner.leases,
    hasSuccessor: () =>
      announcements.any && [...planner.speakers].some(([node, { leaving }]) => node !== self && !leaving),
  });
  const said = speakerStateTask({ ...base, self, nodes: caches.nodes });
  const planner = plannerTask({
    self,
    namespace,
    configMapName: options.configMapName,
    loadBalancerClass: options.loadBalancerClass,
    ignoreExcludeLabel: options.ignoreExcludeLabel,
    exclusions,
    caches,
    synced: informers.planned,
    clock,
    log,
    onConfig: (state) => {
      metrics.configured(state);
      said.publish(state);
      lease.publish();
    },
    onTable: (table) => datapath.send(table),
    onPlan: (planned) => announcements.plan(planned),
  });
  const members = () => planner.speakers.keys();
  const release = leaseReleaseTask({ ...base, self, expired: () => planner.expired, members });
  const writer = new ReportWriter({ client, events, namespace });
  const status = statusTask({ ...base, self, ...caches, synced: informers.reported, writer });
  const announcements = new Announcements({
    self,
    services: caches.services,
    events,
    metrics,
    log,
    onLinks: (now) => {
      local.setLinks(now);
      planner.setLinks(now);
      lease.publish();
    },
    onOwned: (read) => status.setOwned(read),
    onView: (view) => status.setView(view),
  });
  datapath.onEvent((event) => announcements.event(event));
  const kubeProxy = proxyHealthTask({
    clock,
    log,
    onChange: (unhealthy) => {
      local.setKubeProxyUnhealthy(unhealthy);
      lease.publish();
    },
  });
  const startedMs = clock.now();
  const lastTickMs = () => datapath.lastTickMs;
  const liveness = livenessChecks({ nowMs: () => clock.now(), lastTickMs, startedMs });
  const readiness = readinessChecks({ caches, lastTickMs, configLoaded: () => planner.config !== undefined });
  const healthServer = healthServerTask({ ...options.listen, liveness, readiness, registry, log });

  log.info('starting', { node: self, namespace, incarnation });
  // Stopped in reverse: no more plans, then the Lease says `leave` while the datapath still answers.
  const tasks = [datapath, healthServer, ...informers.tasks, events, lease, planner, release, status, kubeProxy, said];
  await supervise(tasks, { signal, log, clock });
  log.info('stopped');
}

keepHeapSmall();
try {
  await main(readOptions());
} catch (error) {
  reportEnd(error, process);
}
