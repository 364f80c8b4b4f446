import { randomBytes, randomUUID } from 'node:crypto';
import { keyOf } from '../shared/api/object-meta.ts';
import { connectApi } from '../shared/kube/connect-api.ts';
import { eventRecorderTask } from '../shared/kube/event-recorder-task.ts';
import { leaderElectionTask } from '../shared/kube/leader-election-task.ts';
import { reportEnd } from '../shared/runtime/command-line.ts';
import { healthServerTask } from '../shared/runtime/health-server-task.ts';
import { createRegistry } from '../shared/runtime/metrics.ts';
import { createLog } from '../shared/runtime/pino-log.ts';
import { shutdownSignal } from '../shared/runtime/shutdown.ts';
import { keepHeapClose } from '../shared/runtime/small-heap.ts';
import { supervise } from '../shared/runtime/supervisor.ts';
import { systemClock } from '../shared/runtime/system-clock.ts';
import type { Task } from '../shared/runtime/task.ts';
import { configurationTask } from './configuration-task.ts';
import { countedClient } from './counted-client.ts';
import { fencedClient } from './fenced-client.ts';
import { findingsTask } from './findings-task.ts';
import { leadingTask } from './leading-task.ts';
import { ControllerMetrics } from './metrics.ts';
import { type ControllerOptions, readOptions } from './options.ts';
import { poolStatusTask } from './pool-status-task.ts';
import { pulseKeyTasks } from './pulse-key-task.ts';
import { reconcileTask } from './reconcile-task.ts';
import { strictArpTask } from './strict-arp/strict-arp-task.ts';
import { watchedBgp } from './watched-bgp.ts';
import { watchedKinds } from './watched-kinds.ts';

async function run(options: ControllerOptions): Promise<void> {
  const { namespace, configMapName, loadBalancerClass, writeConcurrency } = options;
  const log = createLog({ name: 'controller', level: options.logLevel });
  const signal = shutdownSignal(process, log);
  const clock = systemClock();
  const random = Math.random;
  const registry = createRegistry();
  const metrics = new ControllerMetrics(registry);
  const client = connectApi({ clock, component: 'controller', kubeconfig: options.kubeconfig });
  const shared = { client, clock, log, random };

  const source = { component: 'herald-controller', instance: options.identity, host: '' };
  const events = eventRecorderTask({ ...shared, source });
  const watched = watchedKinds({ ...shared, namespace, configMapName });
  const { services, namespaces, nodes, pools, advertisements, configMaps, speakerLeases } = watched;
  const caches = { pools: pools.cache, advertisements: advertisements.cache, configMaps: configMaps.cache };
  const bgp = watchedBgp({ ...shared, namespace });
  const objects = [...watched.configurationObjects, ...bgp.configurationObjects];
  const configuration = configurationTask({
    ...shared,
    ...caches,
    metrics,
    namespace,
    configMapKey: keyOf({ namespace, name: configMapName }),
    nodes: nodes.cache,
    bgp,
    poolKindServed: watched.poolKindServed,
    synced: watched.synced,
  });

  const watching = { services: services.cache, nodes: nodes.cache, speakerLeases: speakerLeases.cache };
  const lease = { namespace, name: 'herald-controller' };
  const identity = `${options.identity}_${randomUUID().slice(0, 8)}`;
  const election = leaderElectionTask({ ...shared, lease, identity });
  const counted = countedClient(client, metrics);
  const writing = { ...shared, client: options.leaderElect ? fencedClient(counted, election) : counted };
  const makeTasks = (): readonly Task[] => {
    const poolStatus = poolStatusTask({ ...writing, metrics, namespace, resources: pools.cache });
    const reconcile = reconcileTask({
      ...writing,
      metrics,
      events,
      ...watching,
      namespaces: namespaces.cache,
      pools: pools.cache,
      heardMs: () => client.heardMs,
      fresh: watched.fresh,
      configuration,
      loadBalancerClass,
      writeConcurrency,
      onUsage: poolStatus.touch,
    });
    const findings = findingsTask({ ...writing, events, namespace, configuration, objects });
    const told = { events, namespace, loadBalancerClass, synced: watched.synced };
    const strictArp = strictArpTask({ ...writing, ...watching, ...told });
    const pulseKey = pulseKeyTasks({ ...writing, events, namespace, ...watching, randomOctets: randomBytes });
    return [poolStatus, reconcile, findings, strictArp, ...pulseKey];
  };
  const onChange = (leads: boolean): void => metrics.leading(leads);
  const leading = [election, leadingTask({ election, makeTasks, onChange, clock, log })];

  const health = healthServerTask({
    ...options.listen,
    registry,
    log,
    liveness: {},
    readiness: {
      caches: () => (watched.missing().length === 0 ? undefined : `not read yet: ${watched.missing().join(', ')}`),
      configuration: () => (configuration.wasRead ? undefined : 'not read yet'),
    },
  });
  metrics.leading(!options.leaderElect);
  log.info('starting', { namespace, configMap: configMapName, loadBalancerClass, identity });
  const tasks = [
    health,
    events,
    ...watched.tasks,
    ...bgp.tasks,
    configuration,
    ...(options.leaderElect ? leading : makeTasks()),
  ];
  await supervise(tasks, { signal, log, clock });
  log.info('stopped');
}

keepHeapClose();
try {
  await run(readOptions());
} catch (error) {
  reportEnd(error, process);
}
