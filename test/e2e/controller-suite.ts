import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe } from 'node:test';
import { KubeApi } from '../cluster/api/kube-api.ts';
import { apiServerPort, heraldNamespace } from '../cluster/cluster.ts';
import { administrators, type ControlPlane } from '../cluster/control-plane/control-plane.ts';
import { startControlPlane } from '../cluster/control-plane/start.ts';
import { installCustomResources } from '../cluster/custom-resources.ts';
import { givenImage, heraldProcess, imageNotice } from '../cluster/herald-process.ts';
import { buildLan, lan } from '../cluster/network/topology.ts';
import type { ManagedProcess } from '../cluster/process/managed-process.ts';
import { Relay } from '../cluster/relay/relay.ts';
import { installRoles, serviceAccountUser } from '../cluster/role-based-access.ts';
import { insideSandbox } from '../cluster/sandbox/reenter.ts';

/** A controller and what stands between it and the API server. */
export interface RelayedController {
  readonly process: ManagedProcess;
  readonly relay: Relay;
}

/** An API server and two controllers, neither of them started, each behind a relay of its own. No nodes. */
export interface ControllerPair {
  readonly api: KubeApi;
  readonly controllers: readonly [RelayedController, RelayedController];
}

/** A suite over one pair of controllers, which its tests share in their order; see `clusterSuite`. */
export async function controllerSuite(
  file: string,
  name: string,
  declareTests: (pair: () => ControllerPair) => void,
): Promise<void> {
  if (!(await insideSandbox(file))) return;
  describe(name, () => {
    let running: (ControllerPair & { readonly controlPlane: ControlPlane }) | undefined;
    before(async () => {
      running = await startPair();
    });
    afterEach((context) => {
      if (!('error' in context) || context.error === undefined || context.error === null) return;
      for (const { process } of running?.controllers ?? []) {
        console.error(`--- ${process.spec.name}\n${process.lastLines(15).join('\n')}`);
      }
    });
    after(async () => {
      for (const { process, relay } of running?.controllers ?? []) {
        await process.kill('SIGKILL');
        relay.stop();
      }
      await Promise.all(running?.controlPlane.processes.map((each) => each.kill('SIGKILL')) ?? []);
    });
    declareTests(() => {
      if (running === undefined) throw new Error('cannot use the controllers: the API server did not start');
      return running;
    });
  });
}

async function startPair() {
  const image = givenImage();
  if (image !== undefined) console.log(imageNotice(image));
  await buildLan([]);
  const folder = mkdtempSync(join(tmpdir(), 'herald-controllers-'));
  const controlPlaneFolder = join(folder, 'control-plane');
  mkdirSync(controlPlaneFolder);
  const user = serviceAccountUser('controller', heraldNamespace);
  const controlPlane = await startControlPlane({
    address: lan.ipv4,
    port: apiServerPort,
    folder: controlPlaneFolder,
    users: [
      { name: 'admin', groups: [administrators] },
      { name: user, groups: [] },
    ],
  });
  await controlPlane.ready();
  const api = new KubeApi(controlPlane.access('admin'));
  await installCustomResources(api);
  const metadata = { name: heraldNamespace };
  await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
  await installRoles(api, heraldNamespace);

  await createLivingSpeaker(api);

  const relayed = async (index: number): Promise<RelayedController> => {
    const name = `controller-${index}`;
    const relay = new Relay(controlPlane.access(user), index + 1);
    const process = heraldProcess({
      ...{ program: 'controller', name, netns: undefined, folder },
      args: [`--listen=127.0.0.1:${7472 + index}`],
      access: await relay.start(),
      env: { POD_NAMESPACE: heraldNamespace, POD_NAME: name },
    });
    return { process, relay };
  };
  const controllers = [await relayed(0), await relayed(1)] as const;
  return { api, controllers, controlPlane };
}

/** Only a Lease, so that the controller does not say of every Service that no speaker lives. */
async function createLivingSpeaker(api: KubeApi): Promise<void> {
  await api.create(`/apis/coordination.k8s.io/v1/namespaces/${heraldNamespace}/leases`, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'speaker-node-a', labels: { 'app.kubernetes.io/component': 'speaker' } },
    spec: { holderIdentity: 'node-a', leaseDurationSeconds: 3600 },
  });
}
