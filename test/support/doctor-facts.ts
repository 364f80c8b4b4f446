import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Cluster } from '../../cli/cluster.ts';
import { customResourceResource } from '../../cli/doctor/custom-resource.ts';
import { type DoctorReport, doctorReport } from '../../cli/doctor/doctor-report.ts';
import { examine } from '../../cli/doctor/examination.ts';
import type { DoctorFacts } from '../../cli/doctor/facts.ts';
import { type WrittenLease, writtenLeaseResource } from '../../cli/doctor/written-lease.ts';
import { asObject, type JsonObject } from '../../shared/api/json.ts';
import { daemonSetResource, deploymentResource, type Workload } from '../../shared/api/workload.ts';
import { clusterNowMs, leaseObject } from './cluster-objects.ts';
import { abc } from './plan-world.ts';
import { repositoryRoot } from './source-tree.ts';

/** The definitions of the chart, as the API server has them once they are established. */
function chartDefinitions(): readonly JsonObject[] {
  const path = join(repositoryRoot, 'charts', 'herald', 'files', 'crds');
  return readdirSync(path)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({
      ...asObject(parse(readFileSync(join(path, name), 'utf8'))),
      status: { conditions: [{ type: 'Established', status: 'True' }] },
    }));
}

/** The Lease of the controllers, renewed so long ago. */
export function controllerLease(agoMs = 2_000): JsonObject {
  const renewTime = new Date(clusterNowMs - agoMs).toISOString();
  const metadata = { name: 'herald-controller', namespace: 'herald-system' };
  return { metadata, spec: { holderIdentity: 'controller-0', leaseDurationSeconds: 15, renewTime } };
}

export function writtenLeases(leases: readonly JsonObject[]): readonly WrittenLease[] {
  return leases.map(writtenLeaseResource.parse);
}

function podOf(name: string, image: string): JsonObject {
  return {
    metadata: { name: `herald-${name}`, namespace: 'herald-system' },
    spec: { template: { spec: { containers: [{ name, image, args: [`${name}.mjs`] }] } } },
  };
}

export function speakersOf(image: string): Workload {
  return daemonSetResource.parse(podOf('speaker', image));
}

/** The chart's workloads, of one version. */
export const installed = {
  controller: deploymentResource.parse(podOf('controller', 'herald:1')),
  speaker: speakersOf('herald:1'),
};

/** A workload of MetalLB's manifests. */
export function metallb(
  kind: 'speaker' | 'controller',
  args: readonly string[] = [],
  env: readonly JsonObject[] = [],
): JsonObject {
  const image = `quay.io/metallb/${kind}:v0.14.9`;
  return {
    metadata: { name: kind, namespace: 'metallb-system', labels: { app: 'metallb' } },
    spec: { replicas: 1, template: { spec: { containers: [{ image, args, env }] } } },
    status: { desiredNumberScheduled: 3 },
  };
}

/** What is beside a sound cluster: all definitions, a controller that leads, three speakers, nothing refused. */
export function soundFacts(facts: Partial<DoctorFacts> = {}): DoctorFacts {
  return {
    customResources: chartDefinitions().map(customResourceResource.parse),
    leases: writtenLeases([controllerLease(), ...abc.map((node) => leaseObject(node))]),
    events: [],
    deployments: [],
    daemonSets: [],
    kubeProxy: undefined,
    refused: [],
    unreadable: [],
    ...facts,
  };
}

/** `fail pools: Service shop/web, …: message` of each finding. */
export function findingsOf(cluster: Cluster, facts: DoctorFacts): readonly string[] {
  return reportLines(doctorReport(examine(cluster, facts)));
}

function reportLines({ checks }: DoctorReport): readonly string[] {
  return checks.flatMap(({ name, findings }) =>
    findings.map(({ severity, message }) => `${severity} ${name}: ${message}`),
  );
}
