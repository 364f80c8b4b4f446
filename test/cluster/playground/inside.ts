/** The playground proper. It runs in the sandbox: one cluster, the main job once, then what the user does with it. */
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { kubeconfigText } from '../api/access.ts';
import { type Cluster, startCluster } from '../cluster.ts';
import { hostPid } from '../sandbox/host-pid.ts';
import { advice } from './advice.ts';
import { writeLogFiles } from './log-files.ts';
import { runMainJob } from './main-job.ts';
import { narrate } from './narrator.ts';

/** One of Herald's programs ended by itself; the message has its last lines. */
class ProgramEndedError extends Error {
  override readonly name = 'ProgramEndedError';
}

const once = process.argv.includes('--once');
const startedAt = performance.now();

function say(line: string): void {
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(2).padStart(6)} s  ${line}`);
}

const kubeconfig = process.env['HERALD_KUBECONFIG'] ?? '/run/herald/kubeconfig';
let cluster: Cluster | undefined;
try {
  cluster = await startCluster({ report: say });
  writeKubeconfig(cluster);
  writeLogFiles([cluster.controller, ...cluster.nodes.map((node) => node.speaker)], dirname(kubeconfig));
  const narrator = once ? undefined : startNarrator(cluster);
  const addresses = await Promise.race([runMainJob(cluster, say), firstToEnd(cluster)]);
  if (once) process.exit(0);
  restartWhatEnds(cluster);
  console.log(`\n${advice(cluster, kubeconfig, addresses)}\n`);
  narrator?.speakUp();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (cluster !== undefined && !(error instanceof ProgramEndedError)) {
    console.error(`The last lines of every program:\n${cluster.logs()}`);
  }
  process.exit(1);
}

/** Follows the cluster from the beginning, but tells only what happens once the main job has told its own steps. */
function startNarrator({ api }: Cluster): { speakUp(): void } {
  let silent = true;
  const tell = (line: string): void => {
    if (!silent) say(line);
  };
  void narrate(api, tell, new AbortController().signal);
  return {
    speakUp: () => {
      silent = false;
    },
  };
}

/** Rejects when one of Herald's programs ends by itself. */
function firstToEnd({ controller, nodes }: Cluster): Promise<never> {
  return new Promise((_, reject) => {
    for (const each of [controller, ...nodes.map((node) => node.speaker)]) {
      const fail = (): void =>
        reject(new ProgramEndedError(`the ${each.spec.name} ended:\n${each.lastLines(20).join('\n')}`));
      if (each.running) each.onEnd(fail);
      else fail();
    }
  });
}

/** For kubectl outside: the relay's port on 127.0.0.1 leads to the API server. */
function writeKubeconfig({ controlPlane }: Cluster): void {
  const inside = controlPlane.access('admin');
  const port = process.env['HERALD_RELAY_PORT'] ?? '0';
  const url = `${new URL(inside.url).protocol}//127.0.0.1:${port}`;
  writeFileSync(kubeconfig, kubeconfigText({ ...inside, url }), { mode: 0o600 });
}

/** As a kubelet would: what ended is started again after its back-off. */
function restartWhatEnds({ nodes, controller }: Cluster): void {
  for (const each of [controller, ...nodes.map((node) => node.speaker)]) {
    each.onEnd(({ code, signal }) => {
      say(`${each.spec.name} ended by ${signal ?? `exit code ${code}`}; it is started again in 10 s`);
      setTimeout(() => {
        each.start();
        say(`${each.spec.name} started again as process ${hostPid(each.pid ?? 0) ?? '?'}`);
      }, 10_000);
    });
  }
}
