import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { atLeast, atMost, type Mark, rounded } from './bench-result.ts';
import type { Layout, Scenario } from './decisions.ts';

export interface DecisionCost extends Scenario {
  readonly layout: Layout;
  readonly microsecondsEach: number;
  readonly perSecond: number;
  /** Each window's mean. */
  readonly windows: readonly number[];
}

const sizes = [10, 10_000, 1_000_000] as const;
const windows = 7;
const decisionsPerWindow = 20_000;
/** With few in use nothing changes from one decision to the next, and what all is compared with should be exact. */
const decisionsPerSmallWindow = 200_000;
/** Fragmented, only few: each decision closes the lowest hole, and of a million addresses 250,000 are holes at first. */
const warmUpDecisions: Readonly<Record<Layout, number>> = { contiguous: 100_000, fragmented: 10_000 };

/**
 * What a decision costs with few and with many addresses in use: the mean of seven windows of 20,000 decisions, of 200,000 with
 * ten in use, without the cheapest and the dearest: a major collection of garbage, which few windows see, falls out with
 * them. The sizes take turns window by window, each in a process of its own, so that what disturbs one
 * disturbs the others. The kernel counts a thread's time by its ticks: a single window is not exact.
 */
export async function measureDecisions(): Promise<readonly DecisionCost[]> {
  const costs: DecisionCost[] = [];
  for (const family of ['IPv4', 'IPv6'] as const) {
    const deciders: Decider[] = [];
    for (const inUse of sizes) deciders.push(await startDecider({ family, inUse }));
    costs.push(...(await measureLayout('contiguous', deciders)));
    for (const { process } of deciders) await order(process, 'fragment');
    costs.push(...(await measureLayout('fragmented', deciders)));
    for (const { process } of deciders) process.disconnect();
  }
  return costs;
}

export function decisionMarks(costs: readonly DecisionCost[]): readonly Mark[] {
  const growth = costs
    .filter(({ inUse }) => inUse === sizes[2])
    .map(({ family, layout, microsecondsEach }) => {
      const least = costs.find((one) => one.inUse === sizes[0] && one.family === family && one.layout === layout);
      return microsecondsEach / (least?.microsecondsEach ?? Number.NaN);
    });
  return [
    atLeast('allocations per second, the slowest case', Math.min(...costs.map(({ perSecond }) => perSecond)), 100_000),
    atMost('a decision with 1,000,000 in use beside one with 10, the worst case', Math.max(...growth), 3),
  ];
}

interface Decider {
  readonly scenario: Scenario;
  readonly process: ChildProcess;
}

async function startDecider(scenario: Scenario): Promise<Decider> {
  const program = new URL('./decider-main.ts', import.meta.url);
  const process = fork(program, [JSON.stringify(scenario)], { execArgv: ['--expose-gc'] });
  await once(process, 'message');
  return { scenario, process };
}

async function measureLayout(layout: Layout, deciders: readonly Decider[]): Promise<readonly DecisionCost[]> {
  const measured = deciders.map((decider) => ({ ...decider, means: [] as number[] }));
  for (const { process } of measured) await order(process, warmUpDecisions[layout]);
  for (let turn = 0; turn < windows; turn += 1) {
    for (const { process, scenario, means } of measured) {
      const decisions = scenario.inUse === sizes[0] ? decisionsPerSmallWindow : decisionsPerWindow;
      means.push((await order(process, decisions)) / decisions);
    }
  }
  return measured.map(({ scenario, means }) => {
    const middle = means.toSorted((a, b) => a - b).slice(1, -1);
    const microsecondsEach = middle.reduce((sum, each) => sum + each, 0) / middle.length;
    return {
      ...scenario,
      layout,
      microsecondsEach: rounded(microsecondsEach),
      perSecond: Math.round(1e6 / microsecondsEach),
      windows: means.map(rounded),
    };
  });
}

/** Has the process make so many decisions, or fragment what is in use; returns the microseconds of the decisions. */
async function order(process: ChildProcess, what: number | 'fragment'): Promise<number> {
  process.send(what);
  const [answer] = await once(process, 'message');
  return Number(answer);
}
