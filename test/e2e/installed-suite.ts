import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { applyManifests } from '../cluster/api/apply.ts';
import { waitForAddresses } from '../cluster/api/service-addresses.ts';
import { type Cluster, heraldNamespace } from '../cluster/cluster.ts';
import { confinementOf } from '../cluster/image/confinement.ts';
import type { UserId } from '../cluster/image/dockerfile.ts';
import { Kubelet } from '../cluster/kubelet/kubelet.ts';
import { hasUser, runnableUser } from '../cluster/sandbox/user-ids.ts';
import { fetchFigures } from '../cluster/traffic/losses.ts';
import { TrafficSource } from '../cluster/traffic/traffic-source.ts';
import { clusterSuite } from './cluster-suite.ts';
import { installation, type Workloads } from './installation.ts';
import { waitForOwner } from './lan-view.ts';
import { mainJobManifests } from './main-job-manifests.ts';

/** Of the second controller: an id as OpenShift gives it, and what else this sandbox may know. */
const arbitraryUser = [1_000_650_000, 54_321].map((uid): UserId => ({ uid, gid: 0 })).find(hasUser);
const addresses = ['192.168.10.90', '2001:db8:10::90'];

export interface InstalledOptions {
  readonly name: string;
  /** Lays out the image's files in a folder; without it the programs run from their sources. */
  readonly layOut?: (folder: string) => void;
}

/** The chart itself: what runs is what its Deployment and its DaemonSet name, with their service accounts and capabilities. */
export async function installedSuite(file: string, { name, layOut }: InstalledOptions): Promise<void> {
  const { name: how, complete, install, upgrade } = installation();
  await clusterSuite(file, { name: `${name}, ${how}`, startHerald: false, install: !complete }, (cluster) => {
    let kubelets: readonly Kubelet[] = [];
    /** One node after the other, as `maxUnavailable: 1` has it; the Deployment's two replicas run on the first two nodes. */
    const rollOut = async ({ controller, speaker }: Workloads): Promise<void> => {
      for (const kubelet of kubelets.slice(0, 2)) await kubelet.run(controller);
      for (const kubelet of kubelets) await kubelet.run(speaker);
    };

    test('the programs run with the arguments, environment, accounts and capabilities of the chart', async (context) => {
      const { nodes, folder, controlPlane } = cluster();
      const image = layOut === undefined ? undefined : imageFolder(cluster());
      if (image !== undefined) layOut?.(image);
      kubelets = nodes.map(
        ({ machine }, index) =>
          new Kubelet({
            userInstead: index === 1 ? arbitraryUser : undefined,
            machine,
            namespace: heraldNamespace,
            folder,
            image,
            accessOf: (account) => controlPlane.access(`system:serviceaccount:${heraldNamespace}:${account}`),
          }),
      );
      await rollOut(await install(cluster()));
      await applyManifests(cluster(), mainJobManifests);
      assert.deepEqual(await waitForAddresses(cluster().api, 'web', 2), addresses);
      for (const address of addresses) {
        await waitForOwner(cluster(), address);
        assert.match((await cluster().client.fetch(address, 80)).body, /^Hello from node-[abc]\./);
      }
      context.diagnostic(`${kubelets.flatMap(({ processes }) => processes).length} Pods`);
    });

    if (layOut !== undefined) confinementTests(cluster, () => kubelets);

    test('an upgrade of all components costs no request', async (context) => {
      const source = new TrafficSource(cluster().client.machine);
      await source.start();
      try {
        await source.begin({ addresses, port: 80, echoEveryMs: 10, fetchEveryMs: 10 });
        await rollOut(await upgrade(cluster()));
        const traffic = await source.end();
        for (const each of traffic) {
          const { count, errors, longestMs } = fetchFigures(each);
          context.diagnostic(`${each.address}: ${count} requests, the longest took ${Math.round(longestMs)} ms`);
          assert.ok(count > 100, `only ${count} requests were made`);
          assert.deepEqual(errors, []);
        }
      } finally {
        await source.process.kill('SIGKILL');
      }
    });

    test('no program complained', () => {
      const complaints = kubelets
        .flatMap(({ processes }) => processes)
        .flatMap((process) =>
          process
            .lastLines(1_000)
            .filter((line) => /"level":"(warn|error|fatal)"|forbidden|EPERM|EACCES|EROFS/.test(line))
            // That the machine let it wait is said of the machine.
            .filter((line) => !line.includes('"event":"stalled"')),
        );
      assert.deepEqual(complaints, []);
    });

    test('another node takes over from one that crashes', async () => {
      const [address = ''] = addresses;
      const owner = await waitForOwner(cluster(), address);
      // As the node lifecycle controller would say it: else a client is sent to the dead node's endpoint.
      await cluster().node(owner).setPodReady(cluster().api, false);
      await cluster().node(owner).setCable(false);
      const programs = kubelets.find(({ machine }) => machine.name === owner)?.processes ?? [];
      await Promise.all(programs.map((program) => program.kill('SIGKILL')));
      for (const each of addresses) await waitForOwner(cluster(), each, { not: owner });
    });

    test('they end in order', async () => {
      for (const process of kubelets.flatMap((kubelet) => kubelet.processes)) await process.kill('SIGTERM');
    });
  });
}

function imageFolder({ folder }: Cluster): string {
  return path.join(folder, 'image');
}

/** What the programs may do, as the kernel tells it. */
function confinementTests(cluster: () => Cluster, kubelets: () => readonly Kubelet[]): void {
  const running = (name: string) => {
    const found = kubelets()
      .flatMap(({ processes }) => processes)
      .find(({ spec }) => spec.name === name);
    return confinementOf(found?.pid ?? 0);
  };
  const image = () => ({
    noNewPrivileges: true,
    readOnlyRoot: true,
    // Nothing of the machine.
    root: readdirSync(imageFolder(cluster())).sort(),
  });
  const nothing = '0000000000000000';
  const onlyNetRaw = '0000000000002000';

  test('speakers are root with NET_RAW and nothing else, in a root of their own that is read-only', () => {
    const user = { uid: 0, gid: 0 };
    for (const node of ['node-a', 'node-b', 'node-c']) {
      const speaker = { ...user, effective: onlyNetRaw, bounding: onlyNetRaw, ...image() };
      assert.deepEqual(running(`herald-speaker-${node}`), speaker);
    }
  });

  test('a controller is the user that the chart names, without any capability', (context) => {
    const user = { uid: 65_532, gid: 65_532 };
    if (!hasUser(user)) context.diagnostic('it runs as root: this sandbox knows no other user');
    const controller = { ...runnableUser(user), effective: nothing, bounding: nothing, ...image() };
    assert.deepEqual(running('herald-controller-node-a'), controller);
  });

  const unknown = arbitraryUser === undefined ? { skip: 'this sandbox knows root alone' } : {};
  test('a controller runs as any other user too', unknown, () => {
    const controller = { ...arbitraryUser, effective: nothing, bounding: nothing, ...image() };
    assert.deepEqual(running('herald-controller-node-b'), controller);
  });
}
