import assert from 'node:assert/strict';
import path from 'node:path';
import type { JsonObject } from '../../shared/api/json.ts';
import { type Cluster, heraldNamespace } from '../cluster/cluster.ts';
import { findHelm, runHelm } from '../cluster/helm.ts';
import { renderedChart, workloadIn } from '../cluster/rendered-chart.ts';
import { repositoryRoot } from '../support/source-tree.ts';

/** The chart on a cluster: what its workloads are, with the default values and with some others. */
export interface Installation {
  readonly name: string;
  /** Whether it brings its definitions and roles itself. */
  readonly complete: boolean;
  install(cluster: Cluster): Promise<Workloads>;
  /** Every program gets other arguments. */
  upgrade(cluster: Cluster): Promise<Workloads>;
}

export interface Workloads {
  readonly controller: JsonObject;
  readonly speaker: JsonObject;
}

/** By Helm where this machine has it, else by what the chart's tests keep of what Helm renders. */
export function installation(): Installation {
  const helm = findHelm();
  return helm === undefined ? asRendered : byHelm(helm);
}

function byHelm(helm: string): Installation {
  const chart = path.join(repositoryRoot, 'charts/herald');
  const run = async (cluster: Cluster, args: readonly string[]): Promise<Workloads> => {
    const where = ['--kubeconfig', cluster.kubeconfig, '--namespace', heraldNamespace];
    const { code, stdout, stderr } = await runHelm(helm, [...args, ...where], cluster.folder);
    assert.equal(code, 0, stdout + stderr);
    const workload = (name: string): Promise<JsonObject> =>
      cluster.api.get(`/apis/apps/v1/namespaces/${heraldNamespace}/${name}`);
    return {
      controller: await workload('deployments/herald-controller'),
      speaker: await workload('daemonsets/herald-speaker'),
    };
  };
  return {
    name: 'installed by Helm',
    complete: true,
    install: (cluster) => run(cluster, ['install', 'herald', chart, '--create-namespace']),
    upgrade: (cluster) => run(cluster, ['upgrade', 'herald', chart, '--set', 'logLevel=debug,pulses.intervalMs=200']),
  };
}

const asRendered: Installation = {
  name: 'as the chart was rendered (helm is not on this machine)',
  complete: false,
  install: () => Promise.resolve(workloads(renderedChart('default'))),
  upgrade: () =>
    Promise.resolve(
      workloads(
        renderedChart('default')
          .replaceAll('--log-level=info', '--log-level=debug')
          .replaceAll('--pulse-interval-ms=100', '--pulse-interval-ms=200'),
      ),
    ),
};

function workloads(rendered: string): Workloads {
  return { controller: workloadIn(rendered, 'Deployment'), speaker: workloadIn(rendered, 'DaemonSet') };
}
