import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasKubectl, kubectl } from '../cluster/api/kubectl.ts';
import { servicesPath } from '../cluster/api/load-balancer-service.ts';
import { eventually } from '../cluster/eventually.ts';
import { clusterSuite } from './cluster-suite.ts';
import { losses, refusals, withoutPools } from './texts/allocation-cases.ts';
import { nodeFaults, placements, strictArp } from './texts/announcement-cases.ts';
import { explained } from './texts/explained.ts';
import {
  type CollectedChapter,
  type CollectedTexts,
  goldenText,
  readGolden,
  sectionsOf,
  writeGolden,
} from './texts/golden-texts.ts';
import type { TextCase, TextChapter } from './texts/text-case.ts';
import { TextWorld } from './texts/text-world.ts';
import { type ToldObject, toldOf } from './texts/told.ts';
import { conflicts } from './texts/wire-cases.ts';

const chapters: readonly TextChapter[] = [withoutPools, refusals, losses, placements, conflicts, nodeFaults, strictArp];
const options = {
  name: 'the texts of every reason',
  nodeNames: ['node-a', 'node-b'],
  backbone: true,
  // A speaker that waits for its turn on a busy machine is no dead one.
  speakerArgs: ['--pulse-interval-ms=500'],
} as const;

await clusterSuite(import.meta.filename, options, (cluster) => {
  const collected: CollectedChapter[] = [];
  for (const chapter of chapters) {
    test(chapter.title, async () => {
      const world = new TextWorld(cluster());
      if (collected.length === 0) await speakersLive(world);
      await chapter.prepare?.(world);
      collected.push({ chapter, texts: await (chapter.apart === true ? oneByOne : atOnce)(world, chapter.cases) });
      await chapter.cleanUp?.(world);
    });
  }

  test('each text is the one that was read and approved', () => {
    const text = goldenText(collected);
    if (process.env['HERALD_GOLDEN'] === 'write') writeGolden(text);
    const [actual, approved] = [sectionsOf(text), sectionsOf(readGolden())];
    // One by one: only what differs is shown, and as a whole.
    for (const [title, section] of actual)
      assert.equal(section, approved.get(title), 'HERALD_GOLDEN=write writes it anew');
    assert.deepEqual([...actual.keys()], [...approved.keys()]);
  });
});

async function atOnce(world: TextWorld, cases: readonly TextCase[]): Promise<readonly CollectedTexts[]> {
  for (const each of cases) await each.bringAbout(world);
  for (const each of cases) await told(world, each);
  const texts = await collect(world, cases);
  await compareWithKubectl(world, cases);
  for (const each of cases) await end(world, each);
  return texts;
}

async function oneByOne(world: TextWorld, cases: readonly TextCase[]): Promise<readonly CollectedTexts[]> {
  const texts: CollectedTexts[] = [];
  for (const each of cases) {
    await each.bringAbout(world);
    await told(world, each);
    texts.push(...(await collect(world, [each])));
    await end(world, each);
  }
  return texts;
}

async function told(world: TextWorld, { service, until, also, alsoUntil }: TextCase): Promise<void> {
  await world.told(service, until);
  for (const about of also ?? []) await world.toldOf(about, alsoUntil ?? /./);
}

/** Of Services that are there at the same time. */
async function collect(world: TextWorld, cases: readonly TextCase[]): Promise<readonly CollectedTexts[]> {
  const texts = await explained(
    world.cluster.kubeconfig,
    cases.map(({ service }) => service),
  );
  const collected: CollectedTexts[] = [];
  for (const each of cases) {
    const service: ToldObject = { kind: 'Service', namespace: 'default', name: each.service };
    const described = [];
    for (const about of [service, ...(each.also ?? [])]) {
      const kind = about.kind === 'Service' ? 'svc' : about.kind.toLowerCase();
      described.push({ object: `${kind} ${about.name}`, lines: (await toldOf(world.api, about)).lines });
    }
    collected.push({ case: each, described, explained: texts.get(each.service) ?? [] });
  }
  return collected;
}

/** What is collected is what kubectl prints, where there is one. */
async function compareWithKubectl({ api, cluster }: TextWorld, cases: readonly TextCase[]): Promise<void> {
  if (!hasKubectl()) return;
  const { stdout } = await kubectl(cluster.kubeconfig, ['describe', 'svc', '-n', 'default']);
  for (const { service } of cases) {
    const { events } = await toldOf(api, { kind: 'Service', namespace: 'default', name: service });
    assert.ok(events.length > 0, service);
    for (const message of events)
      assert.ok(stdout.includes(message), `kubectl describe svc ${service} lacks: ${message}`);
  }
}

async function end(world: TextWorld, { service, putRight }: TextCase): Promise<void> {
  await putRight?.(world);
  await world.api.delete(`${servicesPath}/${service}`);
}

async function speakersLive(world: TextWorld): Promise<void> {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/herald-system/leases';
  await eventually('both speakers live', async () => {
    const holders = (await world.api.list(leases)).filter((lease) =>
      JSON.stringify(lease).includes('"holderIdentity":"node-'),
    );
    return holders.length === 2 || undefined;
  });
}
