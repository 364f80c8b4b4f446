import type { Node, NodeTaint } from '../../shared/api/node.ts';
import type { Toleration, Workload } from '../../shared/api/workload.ts';

/** Taints that the DaemonSet controller has its Pods tolerate (Kubernetes: DaemonSet, "Taints and tolerations"). */
const alwaysTolerated = [
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/memory-pressure',
  'node.kubernetes.io/pid-pressure',
  'node.kubernetes.io/unschedulable',
  // For Pods on the host's network.
  'node.kubernetes.io/network-unavailable',
];

/** Whether a Pod of the DaemonSet belongs on the node; undefined where its affinity says more than is known here. */
export function belongsOn(daemonSet: Workload, node: Node): boolean | undefined {
  const selected = Object.entries(daemonSet.nodeSelector).every(([key, value]) => node.meta.labels[key] === value);
  const tolerated = node.taints.every((taint) => tolerates(daemonSet.tolerations, taint));
  if (!selected || !tolerated) return false;
  return daemonSet.affinity ? undefined : true;
}

function tolerates(tolerations: readonly Toleration[], taint: NodeTaint): boolean {
  if (taint.effect === 'PreferNoSchedule' || alwaysTolerated.includes(taint.key)) return true;
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (effect === '' || effect === taint.effect) &&
      (operator === 'Exists' ? key === '' || key === taint.key : key === taint.key && value === taint.value),
  );
}
