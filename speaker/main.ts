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
import { DatapathTask } from './datapath/datapath-task.ts';
import { livenessChecks, readinessChecks } from './health-checks.ts';
import { proxyHealthTask } from './kube-proxy/proxy-health-task.ts';
import { SpeakerMetrics } from './metrics.ts';
import { readOptions, type SpeakerOptions } from './options.ts';
import { speakerTasks } from './speaker-tasks.ts';
import { askProxyMode } from './strict-arp/proxy-mode-client.ts';
import { arpSysctls } from './system/arp-sysctls.ts';

async function main(options: SpeakerOptions): Promise<void> {
  const { nodeName: self, namespace } = options;
  const clock = systemClock();
  const log = createLog({ level: options.logLevel, name: 'speaker' });
  const signal = shutdownSignal(process, log);
  const registry = createRegistry();
  const metrics = new SpeakerMetrics(registry);
  const client = connectApi({ clock, component: 'speaker', kubeconfig: options.kubeconfig });
  const base = { client, clock, log, random: Math.random };
  const incarnation = randomBytes(8).toString('hex');
  // Without an address of its own nobody could send it pulses.
  const pulsePort = options.hostAddress === '' ? 0 : options.pulsePort;
  const { pulseIntervalMs: intervalMs, pulseMultiplier: multiplier, failback } = options;
  const datapath = new DatapathTask({
    clock,
    self,
    refreshMs: options.announceRefreshSeconds * 1000,
    pulses: { incarnation, address: options.hostAddress, port: pulsePort, intervalMs, multiplier, failback },
  });
  metrics.failback(typeof failback === 'string' ? failback : `${failback.delayMs / 1000}s`);
  const source = { component: 'herald-speaker', instance: options.instance, host: self };
  const events = eventRecorderTask({ ...base, source });
  const asksNode = { sysctls: arpSysctls, askProxyMode };
  const speaker = speakerTasks({ ...base, ...options, pulsePort, events, metrics, datapath, incarnation, asksNode });
  const kubeProxy = proxyHealthTask({
    clock,
    log,
    onChange: (unhealthy) => {
      speaker.local.setKubeProxyUnhealthy(unhealthy);
      speaker.lease.publish();
    },
  });
  const startedMs = clock.now();
  const lastTickMs = () => datapath.lastTickMs;
  const liveness = livenessChecks({ nowMs: () => clock.now(), lastTickMs, startedMs });
  const configLoaded = () => speaker.planner.config !== undefined;
  const readiness = readinessChecks({ caches: speaker.caches, lastTickMs, configLoaded });
  const healthServer = healthServerTask({ ...options.listen, liveness, readiness, registry, log });

  log.info('starting', { node: self, namespace, incarnation });
  const tasks = [datapath, healthServer, events, ...speaker.tasks, kubeProxy];
  await supervise(tasks, { signal, log, clock });
  log.info('stopped');
}

keepHeapSmall();
try {
  await main(readOptions());
} catch (error) {
  reportEnd(error, process);
}
