import assert from 'node:assert/strict';
import { after, afterEach, before, describe, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClusterOptions, heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { monotonicMs } from '../cluster/process/dialogue.ts';
import { insideSandbox } from '../cluster/sandbox/reenter.ts';
import { speakerMetrics } from '../cluster/speaker-metrics.ts';
import { unanswered } from '../cluster/watcher/watch.ts';
import { WatchedCluster } from '../cluster/watcher/watched-cluster.ts';

const askEveryMs = 5;
/** Less than the time in which an owner is seen to be alone. */
const steadyMs = 100;
/** A request that was not answered by then is lost; on a busy machine an answer may take its time. */
const patienceMs = 1_000;
/** Reports of a takeover make plans half a second later. */
const planQuietMs = 700;

/** A suite over one watched cluster, which its tests share in their order; see `clusterSuite`. */
export async function failoverSuite(
  file: string,
  { name, everyMs = askEveryMs, ...options }: ClusterOptions & { readonly name: string; readonly everyMs?: number },
  declareTests: (watched: () => WatchedCluster) => void,
): Promise<void> {
  if (!(await insideSandbox(file))) return;
  describe(name, () => {
    let running: WatchedCluster | undefined;
    before(async () => {
      running = await WatchedCluster.start(options, everyMs);
    });
    afterEach((context) => {
      const { error } = context as Partial<TestContext>;
      if (error !== undefined && error !== null) console.error(running?.cluster.logs(40));
    });
    after(() => running?.stop());
    declareTests(() => {
      if (running === undefined) throw new Error('cannot use the cluster: it did not start');
      return running;
    });
  });
}

/** Does something to the owner that makes it lose the address, and returns who has it then, alone. */
export async function moves(
  watched: WatchedCluster,
  act: (owner: ClusterNode) => Promise<unknown>,
): Promise<{ readonly from: ClusterNode; readonly to: ClusterNode; readonly sinceMs: number }> {
  const from = await watched.settled();
  // It has answered alone for longer: so the order of those who answer begins with it. On a busy machine that takes many
  // requests.
  const sinceMs = monotonicMs() - steadyMs;
  await act(from);
  const to = await eventually(`another node than ${from.name} answers, and it alone`, async () => {
    const owner = await watched.soleOwner();
    return owner === from ? undefined : owner;
  });
  return { from, to, sinceMs };
}

/** Nobody but these answered since then, in this order. */
export async function assertSuccession(
  watched: WatchedCluster,
  sinceMs: number,
  expected: readonly ClusterNode[],
): Promise<void> {
  const names = expected.map((node) => node.name);
  for (const order of await watched.successions(sinceMs)) assert.deepEqual(order, names);
}

/** Every request since then was answered: where one node hands over to another, the one begins before the other ends. */
export async function assertAllAnswered(watched: WatchedCluster, sinceMs: number): Promise<void> {
  const untilMs = monotonicMs();
  await eventually('later requests are answered', async () => {
    const [watch] = await watched.watcher.report(untilMs + patienceMs);
    return (watch?.answers.length ?? 0) > 0 || undefined;
  });
  for (const watch of await watched.watcher.report(sinceMs)) {
    assert.equal(unanswered(watch, patienceMs / 2), 0, `requests for ${watch.address} without an answer`);
  }
}

const advertisement = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/l2advertisements/lan`;

/** Has the advertisement prefer another node than this one. */
export async function preferAnother({ cluster }: WatchedCluster, than: ClusterNode): Promise<void> {
  const preferred = cluster.nodes.find((node) => node !== than);
  const preference = { matchLabels: { 'kubernetes.io/hostname': preferred?.name ?? '' } };
  await cluster.api.mergePatch(advertisement, { spec: { preferredNodeSelectors: [{ weight: 100, preference }] } });
}

/** Excludes the node from announcing, or takes that back. */
export async function setExcluded(
  { cluster }: WatchedCluster,
  { name }: ClusterNode,
  excluded: boolean,
): Promise<void> {
  const label = 'node.kubernetes.io/exclude-from-external-load-balancers';
  await cluster.api.mergePatch(`/api/v1/nodes/${name}`, { metadata: { labels: { [label]: excluded ? '' : null } } });
}

/** Does something of which every speaker makes a plan, and waits for that. */
export async function plannedAnew({ cluster }: WatchedCluster, act: () => Promise<unknown>): Promise<void> {
  const plans = (): Promise<readonly number[]> =>
    Promise.all(
      cluster.nodes.map(async ({ machine }) => (await speakerMetrics(machine)).get('herald_plan_seconds_count') ?? 0),
    );
  // Those for what was before it are made by then.
  const before = await eventually('no more plans', async () => {
    const counts = await plans();
    await delay(planQuietMs);
    return (await plans()).join() === counts.join() ? counts : undefined;
  });
  await act();
  await eventually(
    'another plan of each speaker',
    async () => (await plans()).every((count, index) => count > (before[index] ?? 0)) || undefined,
  );
}

/** Waits until all is as it was before, with this node as the owner. */
export async function settlesAt(watched: WatchedCluster, expected: ClusterNode): Promise<void> {
  assert.equal((await watched.settled()).name, expected.name);
}

/** How many lines of this event a node's speaker has logged. */
export function logged({ speaker }: ClusterNode, event: string): number {
  return speaker.lastLines(Number.POSITIVE_INFINITY).filter((line) => line.includes(`"event":"${event}"`)).length;
}
