import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../cluster/cluster.ts';
import { monotonicMs } from '../../cluster/process/dialogue.ts';
import {
  type FetchFigures,
  fetchFigures,
  longestGap,
  longestPauseMs,
  longestSilenceMs,
  lostDatagrams,
} from '../../cluster/traffic/losses.ts';
import type { Traffic } from '../../cluster/traffic/traffic-message.ts';
import {
  announcedAfterMs,
  answeredAfterMs,
  longestDoubtMs,
  succession,
  unanswered,
  type Watch,
} from '../../cluster/watcher/watch.ts';
import { vips, type WatchedCluster } from '../../cluster/watcher/watched-cluster.ts';
import { assertServedBy, type BenchLan, forgetNeighbours, warmUp } from './bench-lan.ts';
import { apart, type Fault, withControlPlane } from './fault.ts';
import type { Scenario } from './scenario.ts';

/** What the client saw of one address through a fault, the takeover and the recovery. */
export interface AddressFigures {
  /** Until another node answered a request for the address. */
  readonly answeredMs: number;
  /** Until another node announced it. */
  readonly announcedMs: number;
  /** The longest time without an echo, less what the client paused itself. */
  readonly gapMs: number;
  /** When that began, from the fault on. */
  readonly gapAtMs: number;
  readonly silenceMs: number;
  /** The client's own longest pause between two datagrams. */
  readonly pauseMs: number;
  readonly lostDatagrams: number;
  /** For how long more than one node answered. */
  readonly doubtMs: number;
  /** How often the one who answers changed. */
  readonly moves: number;
  readonly unanswered: number;
  readonly fetches: FetchFigures;
}

/** In the order of `vips`. */
export type RoundFigures = readonly AddressFigures[];

const echoEveryMs = 5;
const fetchEveryMs = 50;
/** Where nobody has taken over by then, that is the figure. */
export const patienceMs = 30_000;
const lookEveryMs = 20;
/** From the takeover to the recovery. */
const holdMs = 300;
/** It is watched for so long after the recovery, at least. */
const aftermathMs = 2_000;
const settleInMs = 150;
const apiAwayMs = { least: 500, most: 20_000 } as const;

export interface RoundOptions {
  readonly scenario: Scenario;
  readonly fault: Fault;
  /** When the fault comes, from 0, at a pulse of the owner, to 1, at the next one. */
  readonly phase: number;
}

/** One fault at the owner, and its recovery. Leaves the cluster settled. */
export async function measureRound(lan: BenchLan, { scenario, fault, phase }: RoundOptions): Promise<RoundFigures> {
  const { watched, traffic } = lan;
  const owner = await watched.settled();
  await warmUp(lan);
  await forgetNeighbours(lan);
  await traffic.begin({ addresses: vips, port: 80, echoEveryMs, fetchEveryMs });
  const startedMs = monotonicMs();
  await pause(settleInMs);
  await assertServedBy(lan, owner);
  const complete = await withApiServer(watched.cluster, scenario, fault);
  const pulse = await lan.recorder.nextPulse(owner.machine.ipv4);
  await pause(pulse.atMs + phase * scenario.intervalMs - monotonicMs());
  const mac = watched.macOf(owner);
  const faultMs = monotonicMs();
  const injected = complete.inject(owner);
  await takenOver(watched, mac, faultMs);
  await Promise.all([injected, pause(holdMs)]);
  await complete.recover(owner);
  const recoveredMs = monotonicMs();
  await watched.settled();
  await pause(Math.max(0, recoveredMs + aftermathMs - monotonicMs()));
  const [watches, used] = await Promise.all([watched.watcher.report(startedMs), traffic.end()]);
  return watches.map((watch, index) => figuresOf(watch, used[index], { faultMs, mac, scenario }));
}

/** Does to the API server what comes before the fault; the fault with what the API server has to do with it. */
async function withApiServer(cluster: Cluster, { apiServer }: Scenario, fault: Fault): Promise<Fault> {
  if (apiServer === 'dies') return withControlPlane(fault, cluster);
  if (apiServer === 'up') return fault;
  await cluster.controlPlane.apiServer.kill('SIGSTOP');
  await pause(apiAwayMs.least + Math.random() * (apiAwayMs.most - apiAwayMs.least));
  return apart(fault, cluster);
}

/** Waits until others than the former owner have answered for both addresses, or for as long as patience lasts. */
async function takenOver({ watcher }: WatchedCluster, formerMac: string, faultMs: number): Promise<void> {
  while (monotonicMs() < faultMs + patienceMs) {
    const watches = await watcher.report(Math.max(faultMs, monotonicMs() - 10 * lookEveryMs));
    if (watches.every((watch) => answeredAfterMs(watch, faultMs, formerMac) !== undefined)) return;
    await pause(lookEveryMs);
  }
}

function figuresOf(
  watch: Watch,
  traffic: Traffic | undefined,
  { faultMs, mac, scenario }: { readonly faultMs: number; readonly mac: string; readonly scenario: Scenario },
): AddressFigures {
  if (traffic === undefined) throw new Error(`cannot measure ${watch.address}: no client used it`);
  const gap = longestGap(traffic, echoEveryMs);
  return {
    answeredMs: answeredAfterMs(watch, faultMs, mac) ?? patienceMs,
    announcedMs: announcedAfterMs(watch, faultMs, mac) ?? patienceMs,
    gapMs: gap.ms,
    gapAtMs: gap.fromMs - faultMs,
    silenceMs: longestSilenceMs(traffic),
    pauseMs: longestPauseMs(traffic),
    lostDatagrams: lostDatagrams(traffic),
    doubtMs: longestDoubtMs(watch, scenario.intervalMs),
    moves: succession(watch).length - 1,
    unanswered: unanswered(watch, scenario.intervalMs),
    fetches: fetchFigures(traffic),
  };
}
