import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { loadBalancerService, servicesPath } from '../../cluster/api/load-balancer-service.ts';
import { type Cluster, heraldNamespace } from '../../cluster/cluster.ts';
import { eventually } from '../../cluster/eventually.ts';
import { Recorder } from '../../cluster/network/recorded-messages.ts';
import { ManagedProcess } from '../../cluster/process/managed-process.ts';
import { speakerMetrics } from '../../cluster/speaker-metrics.ts';
import { atMost, type BenchResult, percentile, rounded } from '../bench-result.ts';
import { startBenchLan, stopBenchLan } from './bench-lan.ts';
import type { Scenario } from './scenario.ts';

const measureMs = 30_000;
/** In its first minutes a process is compiling what it does often; idle is what comes after. */
const warmUpMs = 120_000;
const listenMs = 10_000;
/** Without a new plan for so long, all that was to be written is written. */
const quietMs = 15_000;
const quietTimeoutMs = 300_000;
const moreVips = 1_000;
const atOnce = 20;
const askEveryMs = 1_000;
/** What the machine makes of waking up: its caches are cold by then, more so where others use its memory. */
const bareTimer = 'setInterval(() => undefined, 100)';

/** What a speaker costs that has nothing to do but to live: with few addresses, and with a thousand more. */
export async function measureCost(scenario: Scenario): Promise<BenchResult> {
  const lan = await startBenchLan(scenario, askEveryMs);
  const { cluster, watcher } = lan.watched;
  await lan.watched.settled();
  await watcher.watch([], askEveryMs);
  await quiet(cluster);
  const bytesPerSecond = await pulseBytesPerSecond(cluster);
  const timer = startBareTimer();
  const cold = await busyPercent(speakersOf(cluster));
  await pause(warmUpMs);
  const [bare = 0, ...idle] = await busyPercent([timer, ...speakersOf(cluster)]);
  // Said at once: with as many addresses more, a busy machine may not get there in time.
  console.log(
    `idle speakers: ${idle.map(rounded).join(', ')} % of a core; in their first minute ${cold.map(rounded).join(', ')}; a bare timer of Node, ten times a second: ${rounded(bare)}`,
  );
  await addVips(cluster);
  await quiet(cluster);
  await pause(warmUpMs);
  const loaded = await busyPercent(speakersOf(cluster));
  await timer.kill('SIGKILL');
  await stopBenchLan(lan);
  return {
    marks: [
      atMost('CPU of an idle speaker with 2 peers, % of a core', percentile(idle, 0.5), 0.5),
      atMost(`CPU with ${moreVips} addresses more, % of a core`, percentile(loaded, 0.5), 0.5),
    ],
    raw: {
      cost: {
        firstMinutePercent: cold.map(rounded),
        idlePercent: idle.map(rounded),
        loadedPercent: loaded.map(rounded),
        bareTimerPercent: rounded(bare),
        bytesPerSecond,
      },
    },
  };
}

/** Waits until the speakers have nothing to do but to live: a thousand Services have their conditions written for a while. */
async function quiet({ nodes }: Cluster): Promise<void> {
  let before = '';
  await eventually(
    'no more plans',
    async () => {
      await pause(quietMs);
      const metrics = await Promise.all(nodes.map(({ machine }) => speakerMetrics(machine)));
      const plans = metrics.map((each) => each.get('herald_plan_seconds_count')).join();
      if (plans === before) return true;
      before = plans;
      return undefined;
    },
    quietTimeoutMs,
  );
}

function startBareTimer(): ManagedProcess {
  const command = [process.execPath, '-e', bareTimer];
  const timer = new ManagedProcess({ name: 'a bare timer', netns: undefined, command, env: {} });
  timer.start();
  return timer;
}

function speakersOf({ nodes }: Cluster): readonly ManagedProcess[] {
  return nodes.map(({ speaker }) => speaker);
}

/** Of each process, all its threads. */
async function busyPercent(processes: readonly ManagedProcess[]): Promise<readonly number[]> {
  const pids = processes.map(({ pid = 0 }) => pid);
  const before = pids.map(busyNs);
  const startedMs = performance.now();
  await pause(measureMs);
  const elapsedNs = (performance.now() - startedMs) * 1e6;
  return pids.map((pid, index) => (100 * (busyNs(pid) - (before[index] ?? 0))) / elapsedNs);
}

/** Documentation/scheduler/sched-stats.rst: the first number is the time spent on a processor, in ns. */
function busyNs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, ns) => sum + ns, 0);
}

/** What one speaker sends to all others, in Ethernet frames. */
async function pulseBytesPerSecond({ nodes }: Cluster): Promise<number> {
  const recorder = new Recorder();
  const startedMs = performance.now();
  await pause(listenMs);
  recorder.stop();
  const seconds = (performance.now() - startedMs) / 1000;
  const bytes = recorder.from(nodes[0]?.machine.ipv4 ?? '').reduce((sum, { frameLength }) => sum + frameLength, 0);
  return Math.round(bytes / seconds);
}

/** Waits until all of them are owned by somebody. */
async function addVips({ api, nodes }: Cluster): Promise<void> {
  await api.create(`/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/ipaddresspools`, {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name: 'many' },
    spec: { addresses: ['10.20.0.0/16'] },
  });
  const names = Array.from({ length: moreVips }, (_, index) => `many-${index}`).values();
  const create = async (): Promise<void> => {
    for (const name of names) {
      const spec = { allocateLoadBalancerNodePorts: false };
      await api.create(servicesPath, loadBalancerService({ name, spec }));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, create));
  await eventually(
    `${moreVips} addresses are owned`,
    async () => {
      const metrics = await Promise.all(nodes.map(({ machine }) => speakerMetrics(machine)));
      const owned = metrics
        .flatMap((each) => [...each.keys()])
        .filter((key) => key.startsWith('herald_service_owner{'));
      return owned.length >= moreVips || undefined;
    },
    120_000,
  );
}
