import { buildBundles, distFolder, insideBenchSandbox, raisePriority } from './bench-cluster.ts';
import type { BenchResult, Mark } from './bench-result.ts';
import { type BenchLan, startBenchLan, stopBenchLan } from './failover/bench-lan.ts';
import { measureCost } from './failover/cost.ts';
import { type FaultName, faultNames, faults } from './failover/fault.ts';
import { measureUnderLoad } from './failover/load.ts';
import { lineOf, marksOf, summaryOf } from './failover/marks.ts';
import { type FailoverOptions, readFailoverOptions } from './failover/options.ts';
import { measureRound, type RoundFigures } from './failover/round.ts';
import { defaultScenario, type Scenario } from './failover/scenario.ts';

const askEveryMs = 2;

/**
 * What a client notices when the node that announces an address fails, or is asked to end. The client, the station that
 * watches who answers, and each node are in namespaces of their own, on one bridge.
 */
export async function run(): Promise<BenchResult> {
  const options = readFailoverOptions(process.argv.slice(3));
  raisePriority();
  await insideBenchSandbox(process.argv.slice(2));
  buildBundles();
  process.env['HERALD_DIST'] = distFolder;
  const marks: Mark[] = [];
  const raw: Record<string, unknown> = {};
  for (const scenario of options.scenarios) {
    const result = await measureScenario(scenario, options);
    marks.push(...result.marks);
    raw[scenario.name] = result.raw;
  }
  const more = [
    ...(options.cost ? [() => measureCost(defaultScenario)] : []),
    ...(options.loadMinutes > 0 ? [() => measureUnderLoad(defaultScenario, options.loadMinutes)] : []),
  ];
  for (const measure of more) {
    const result = await measure();
    marks.push(...result.marks);
    Object.assign(raw, result.raw);
  }
  return { marks, raw };
}

async function measureScenario(scenario: Scenario, options: FailoverOptions): Promise<BenchResult> {
  const chosen = faultNames.filter((name) => options.faults.includes(name) && scenario.faults[name] !== undefined);
  if (chosen.length === 0) return { marks: [], raw: {} };
  console.log(`${scenario.name}: ${scenario.text}`);
  const lan = await startBenchLan(scenario, askEveryMs);
  const marks: Mark[] = [];
  const raw: Record<string, unknown> = {};
  try {
    for (const name of chosen) {
      const rounds = await measureFault(lan, scenario, name, options.rounds);
      marks.push(...marksOf(`${scenario.name}, ${name}`, rounds, scenario.faults[name] ?? {}, scenario.intervalMs));
      const summary = summaryOf(rounds);
      raw[name] = summary;
      console.log(`  ${name} × ${rounds.length}: ${faults[name].text}`);
      for (const [family, figures] of Object.entries(summary)) console.log(`    ${family}: ${lineOf(figures)}`);
    }
  } catch (error) {
    console.error(lan.watched.cluster.logs(40));
    throw error;
  }
  await stopBenchLan(lan);
  return { marks, raw };
}

async function measureFault(
  lan: BenchLan,
  scenario: Scenario,
  name: FaultName,
  count: number,
): Promise<readonly RoundFigures[]> {
  const rounds: RoundFigures[] = [];
  for (const phase of evenPhases(count)) rounds.push(await measureRound(lan, { scenario, fault: faults[name], phase }));
  return rounds;
}

/** As random numbers from 0 to 1 in random order, but as many of them in each part: so that few rounds tell as much. */
function evenPhases(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => ({ phase: (index + Math.random()) / count, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ phase }) => phase);
}
