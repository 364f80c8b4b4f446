import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { ManagedProcess } from '../../cluster/process/managed-process.ts';
import { succession } from '../../cluster/watcher/watch.ts';
import { vips } from '../../cluster/watcher/watched-cluster.ts';
import { atMost, type BenchResult } from '../bench-result.ts';
import { startBenchLan, stopBenchLan } from './bench-lan.ts';
import type { Scenario } from './scenario.ts';

const niceness = 10;
const askEveryMs = 20;
const minuteMs = 60_000;

/** Nothing happens but that all cores are busy: nobody may take over. */
export async function measureUnderLoad(scenario: Scenario, minutes: number): Promise<BenchResult> {
  const lan = await startBenchLan(scenario, askEveryMs);
  const { cluster, watcher } = lan.watched;
  await lan.watched.settled();
  let takeovers = 0;
  let deaths = 0;
  for (const { speaker } of cluster.nodes) {
    speaker.onLine((line) => {
      if (line.includes('"event":"took-over"')) takeovers += 1;
      if (line.includes('"event":"member-down"')) deaths += 1;
    });
  }
  const load = Array.from({ length: availableParallelism() }, (_, index) => busyProcess(index));
  for (const each of load) each.start();
  let moves = 0;
  for (let minute = 0; minute < minutes; minute += 1) {
    await watcher.watch(vips, askEveryMs);
    await pause(minuteMs);
    for (const watch of await watcher.report()) moves += succession(watch).length - 1;
    console.log(
      `load, minute ${minute + 1}: ${moves} moves, ${takeovers} takeovers, ${deaths} speakers taken for dead`,
    );
  }
  await Promise.all(load.map((each) => each.kill('SIGKILL')));
  await stopBenchLan(lan);
  return {
    marks: [atMost(`${minutes} minutes under full load on all cores: takeovers`, Math.max(moves, takeovers), 0)],
    raw: { load: { minutes, niceness, processes: load.length, moves, takeovers, deaths } },
  };
}

function busyProcess(index: number): ManagedProcess {
  return new ManagedProcess({
    name: `load ${index}`,
    netns: undefined,
    command: ['nice', '-n', String(niceness), process.execPath, '-e', 'for (;;);'],
  });
}
