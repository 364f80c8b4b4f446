import {
  asObject,
  type JsonObject,
  readNumber,
  readObject,
  readObjects,
  readString,
  readStringMap,
  readStrings,
  readText,
} from './json.ts';
import type { Labels } from './label-selector.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

export interface Toleration {
  readonly key: string;
  /** Exists or Equal. */
  readonly operator: string;
  readonly value: string;
  readonly effect: string;
}

/** What Herald's command line tool uses of an apps/v1 Deployment or DaemonSet. */
export interface Workload {
  readonly meta: ObjectMeta;
  /** Of all containers, one after the other. */
  readonly args: readonly string[];
  /** Variables of all containers that have a literal value. */
  readonly environment: ReadonlyMap<string, string>;
  readonly images: readonly string[];
  readonly nodeSelector: Labels;
  readonly tolerations: readonly Toleration[];
  /** Its nodes are chosen by required node affinity too. */
  readonly affinity: boolean;
  readonly serviceAccountName: string;
  /** Pods that there should be. */
  readonly desired: number;
  readonly ready: number;
}

export const deploymentResource: ResourceType<Workload> = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
  parse: (json) => {
    const root = asObject(json);
    const desired = readNumber(readObject(root, 'spec'), 'replicas') ?? 1;
    return parseWorkload(root, desired, readNumber(readObject(root, 'status'), 'readyReplicas') ?? 0);
  },
};

export const daemonSetResource: ResourceType<Workload> = {
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  namespaced: true,
  parse: (json) => {
    const root = asObject(json);
    const status = readObject(root, 'status');
    const desired = readNumber(status, 'desiredNumberScheduled') ?? 0;
    return parseWorkload(root, desired, readNumber(status, 'numberReady') ?? 0);
  },
};

function parseWorkload(root: JsonObject, desired: number, ready: number): Workload {
  const pod = readObject(readObject(readObject(root, 'spec'), 'template'), 'spec');
  const containers = readObjects(pod, 'containers');
  return {
    meta: parseMeta(root),
    args: containers.flatMap((container) => [...readStrings(container, 'command'), ...readStrings(container, 'args')]),
    environment: new Map(
      containers
        .flatMap((container) => readObjects(container, 'env'))
        .map((variable): [string, string] => [readText(variable, 'name'), readText(variable, 'value')])
        .filter(([, value]) => value !== ''),
    ),
    images: containers.flatMap((container) => readString(container, 'image') ?? []),
    nodeSelector: readStringMap(pod, 'nodeSelector'),
    tolerations: readObjects(pod, 'tolerations').map((toleration) => ({
      key: readString(toleration, 'key') ?? '',
      operator: readString(toleration, 'operator') ?? 'Equal',
      value: readString(toleration, 'value') ?? '',
      effect: readString(toleration, 'effect') ?? '',
    })),
    affinity:
      'requiredDuringSchedulingIgnoredDuringExecution' in readObject(readObject(pod, 'affinity'), 'nodeAffinity'),
    serviceAccountName: readString(pod, 'serviceAccountName') || 'default',
    desired,
    ready,
  };
}
