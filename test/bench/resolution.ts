import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../../shared/runtime/system-clock.ts';
import { DatapathTask } from '../../speaker/datapath/datapath-task.ts';
import type { DatapathEvent } from '../../speaker/datapath/table.ts';
import { arpHex, ndpHex, solicitation } from '../support/wire-frames.ts';
import { ip, linkIndex } from '../support/wire-namespace.ts';
import { insideBenchSandbox } from './bench-cluster.ts';
import { atLeast, atMost, type BenchResult, percentile, rounded } from './bench-result.ts';
import type { ProbeFigures, ProbeOrder, ProbeReport } from './prober-message.ts';

const nodeMac = '02:00:00:00:00:01';
const peerMac = '02:00:00:00:00:02';
/** The kernel's addresses on the veth, and the VIPs that nothing but the thread answers. */
const addresses = {
  arp: { kernel: '192.0.2.1', responder: '192.0.2.100', peer: '192.0.2.2' },
  ndp: { kernel: '2001:db8::1', responder: '2001:db8::100', peer: '2001:db8::2' },
} as const;

type Protocol = keyof typeof addresses;

/**
 * Round trips and replies per second of the datapath thread beside the kernel's own, over one veth pair and by one
 * prober, in turns; the node's main thread is kept busy meanwhile. Runs this program again in namespaces of its own.
 */
export async function benchResolution(protocol: Protocol): Promise<BenchResult> {
  await insideBenchSandbox([protocol]);
  const prober = spawn('unshare', ['--net', process.execPath, new URL('./prober-main.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(prober, 'message');
  layOut(protocol, prober.pid ?? 0);
  const task = new DatapathTask({ clock: systemClock(), self: 'bench', refreshMs: 0 });
  const stop = new AbortController();
  const ended = task.run(stop.signal);
  await task.ready;
  await serve(task, protocol);
  const stopBusy = keepBusy();
  let counters: Readonly<Record<string, number>> = {};
  task.onEvent((event) => {
    if (event.type === 'tick') counters = event.counters;
  });
  const report = await order(prober, protocol);
  stopBusy();
  stop.abort();
  await ended;
  return judge(report, counters);
}

function layOut(protocol: Protocol, pid: number): void {
  ip(`link add node0 address ${nodeMac} type veth peer name peer0 address ${peerMac} netns ${pid}`);
  ip('link set lo up');
  if (protocol === 'arp') ip(`addr add ${addresses.arp.kernel}/24 dev node0`);
  else ip(`addr add ${addresses.ndp.kernel}/64 dev node0 nodad`);
  ip('link set node0 up');
}

async function serve(task: DatapathTask, protocol: Protocol): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const forget = task.onEvent((event: DatapathEvent) => (event.type === 'tableApplied' ? resolve() : undefined));
  const vip = {
    ip: addresses[protocol].responder,
    service: 'bench/vip',
    group: addresses[protocol].responder,
    holder: undefined,
    interfaces: [{ index: linkIndex('node0'), mac: nodeMac }],
    candidates: ['bench'],
  };
  task.send({ version: 1, self: 'bench', members: [], vips: [vip] });
  await promise;
  forget();
}

/** Keeps this thread at work, with a turn of the event loop every few milliseconds. */
function keepBusy(): () => void {
  let busy = true;
  const burn = (): void => {
    const endMs = performance.now() + 5;
    while (performance.now() < endMs) Math.hypot(endMs, 1);
    if (busy) setImmediate(burn);
  };
  burn();
  return () => {
    busy = false;
  };
}

async function order(prober: ChildProcess, protocol: Protocol): Promise<ProbeReport> {
  const { kernel, responder } = addresses[protocol];
  const request: ProbeOrder = {
    link: 'peer0',
    protocol,
    targets: { responder: requestFor(protocol, responder), kernel: requestFor(protocol, kernel) },
    turns: 15,
    roundTripsPerTurn: 1_000,
    floodMsPerTurn: 200,
    window: 256,
  };
  prober.send(request);
  const [report]: readonly ProbeReport[] = await once(prober, 'message');
  if (report === undefined) throw new Error('cannot read the prober: it said nothing');
  return report;
}

function requestFor(protocol: Protocol, target: string): string {
  if (protocol === 'arp') {
    return arpHex({
      to: 'ff:ff:ff:ff:ff:ff',
      from: peerMac,
      operation: 1,
      sender: `${peerMac} ${addresses.arp.peer}`,
      target: `00:00:00:00:00:00 ${target}`,
    });
  }
  const suffix = target === addresses.ndp.responder ? '100' : '1';
  return ndpHex({
    to: `33:33:ff:00:${suffix === '100' ? '01:00' : '00:01'}`,
    from: peerMac,
    source: addresses.ndp.peer,
    destination: `ff02::1:ff00:${suffix}`,
    message: solicitation(target, peerMac),
  });
}

function judge({ responder, kernel }: ProbeReport, counters: Readonly<Record<string, number>>): BenchResult {
  const p50 = (figures: ProbeFigures) => figures.asleepUs.map((us) => percentile(us, 0.5));
  const p99 = (figures: ProbeFigures) => figures.asleepUs.map((us) => percentile(us, 0.99));
  return {
    marks: [
      atMost("p50 over the kernel's", medianRatio(p50(responder), p50(kernel)), 2),
      atMost("p99 over the kernel's", medianRatio(p99(responder), p99(kernel)), 3),
      atLeast(
        "replies per second over the kernel's",
        medianRatio(responder.repliesPerSecond, kernel.repliesPerSecond),
        1,
      ),
      atMost('requests lost', responder.unanswered + responder.lost, 0),
    ],
    raw: { responder: summary(responder), kernel: summary(kernel), counters },
  };
}

/** Turn by turn, and the median of it: what another process did to one turn decides nothing. */
function medianRatio(mine: readonly number[], theirs: readonly number[]): number {
  return percentile(
    mine.map((value, turn) => value / (theirs[turn] ?? Number.NaN)),
    0.5,
  );
}

function summary(figures: ProbeFigures) {
  return {
    /** The marks' figures: the client sleeps until the answer wakes it. */
    asleep: roundTrips(figures.asleepUs),
    /** For comparison: the client asks and reads in one thread, and the kernel needs no switch of threads at all. */
    awake: roundTrips(figures.awakeUs),
    repliesPerSecond: Math.round(percentile(figures.repliesPerSecond, 0.5)),
    unanswered: figures.unanswered,
    lost: figures.lost,
  };
}

/** Medians of the turns. */
function roundTrips(turns: readonly (readonly number[])[]) {
  const median = (share: number): number =>
    rounded(
      percentile(
        turns.map((us) => percentile(us, share)),
        0.5,
      ),
    );
  return { count: turns.flat().length, p50Us: median(0.5), p99Us: median(0.99) };
}
