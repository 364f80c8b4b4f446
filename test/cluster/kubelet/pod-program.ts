import {
  asObject,
  type JsonObject,
  readArray,
  readNumber,
  readObject,
  readObjects,
  readString,
} from '../../../shared/api/json.ts';
import type { ContainerSecurity } from '../image/container.ts';
import type { UserId } from '../image/dockerfile.ts';

/** Where a Pod runs: what the downward API tells it. */
export interface PodPlace {
  readonly podName: string;
  readonly namespace: string;
  readonly nodeName: string;
  readonly hostIp: string;
}

/** The one container of a Pod, as a kubelet and its runtime would start it. */
export interface PodProgram {
  /** `controller` or `speaker`: the bundle that the image holds. */
  readonly program: 'controller' | 'speaker';
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly security: ContainerSecurity;
  readonly serviceAccount: string;
  readonly graceMs: number;
  /** Where the kubelet asks whether it lives, and whether it is ready. */
  readonly probes: { readonly port: number; readonly live: string; readonly ready: string };
}

/** Reads the Pod template of a Deployment or a DaemonSet; throws where it holds what a kubelet could not start. */
export function podProgram(workload: JsonObject, place: PodPlace, imageUser: UserId): PodProgram {
  const { pod, container } = podOf(workload);
  const [bundle = '', ...args] = readArray(container, 'args').map(String);
  const program = (['controller', 'speaker'] as const).find((name) => bundle === `${name}.mjs`);
  if (program === undefined) throw new Error(`cannot start ${bundle}: the image has no such file`);
  return {
    program,
    args,
    env: Object.fromEntries(
      readObjects(container, 'env').map((entry) => [String(entry['name']), textOf(entry, place)]),
    ),
    security: podSecurity(workload, imageUser),
    serviceAccount: readString(pod, 'serviceAccountName') ?? 'default',
    graceMs: Number(pod['terminationGracePeriodSeconds'] ?? 30) * 1_000,
    probes: probesOf(container),
  };
}

/**
 * What the container may do; as the image's own user where the Pod names none. Throws where a kubelet would not start it.
 * https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
 */
export function podSecurity(workload: JsonObject, imageUser: UserId): ContainerSecurity {
  const { pod, container } = podOf(workload);
  const security = { ...readObject(pod, 'securityContext'), ...readObject(container, 'securityContext') };
  const uid = readNumber(security, 'runAsUser');
  const user = uid === undefined ? imageUser : { uid, gid: readNumber(security, 'runAsGroup') ?? 0 };
  if (security['runAsNonRoot'] === true && user.uid === 0) throw new Error('cannot start it: it would run as root');
  return {
    user,
    capabilities: capabilitiesOf(security),
    readOnlyRoot: security['readOnlyRootFilesystem'] === true,
    noNewPrivileges: security['allowPrivilegeEscalation'] === false,
  };
}

function podOf(workload: JsonObject): { readonly pod: JsonObject; readonly container: JsonObject } {
  const pod = readObject(readObject(readObject(workload, 'spec'), 'template'), 'spec');
  return { pod, container: readObjects(pod, 'containers')[0] ?? {} };
}

/** https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
function textOf(entry: JsonObject, place: PodPlace): string {
  const literal = readString(entry, 'value');
  if (literal !== undefined) return literal;
  const fieldPath = readString(readObject(readObject(entry, 'valueFrom'), 'fieldRef'), 'fieldPath') ?? '';
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': place.podName,
    'metadata.namespace': place.namespace,
    'spec.nodeName': place.nodeName,
    'status.hostIP': place.hostIp,
  };
  const value = fields[fieldPath];
  if (value === undefined) throw new Error(`cannot tell ${String(entry['name'])}: no field ${fieldPath}`);
  return value;
}

function capabilitiesOf(security: JsonObject): readonly string[] | undefined {
  if (security['privileged'] === true) return undefined;
  const { drop, add } = asObject(security['capabilities'] ?? {});
  const dropsAll = Array.isArray(drop) && drop.includes('ALL');
  if (!dropsAll) throw new Error('cannot tell its capabilities: it does not drop all first');
  return Array.isArray(add) ? add.map((name) => String(name).toLowerCase()) : [];
}

function probesOf(container: JsonObject): PodProgram['probes'] {
  const get = (name: string): JsonObject => readObject(readObject(container, name), 'httpGet');
  const [live, ready] = [get('livenessProbe'), get('readinessProbe')];
  const port = readObjects(container, 'ports').find(({ name }) => name === live['port'])?.['containerPort'];
  if (port === undefined || live['port'] !== ready['port']) throw new Error('cannot probe it: no port of that name');
  return { port: Number(port), live: String(live['path']), ready: String(ready['path']) };
}
