import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../shared/api/json.ts';
import { daemonSetResource } from '../../shared/api/workload.ts';
import { aNode } from '../../test/support/plan-inputs.ts';
import { belongsOn } from './daemon-set-nodes.ts';

const linux = { 'kubernetes.io/os': 'linux' };
const taint = (key: string, effect: string, value = ''): JsonObject => ({ key, effect, value });
const required = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } };
const preferred = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } };

/** By what the DaemonSet controller does (Kubernetes: DaemonSet, "Taints and tolerations"). */
const rows: readonly {
  readonly name: string;
  readonly pod?: JsonObject;
  readonly labels?: JsonObject;
  readonly taints?: readonly JsonObject[];
  readonly belongs: boolean | undefined;
}[] = [
  { name: 'nothing is asked for', belongs: true },
  { name: 'the node has the label', pod: { nodeSelector: linux }, labels: linux, belongs: true },
  { name: 'the node lacks the label', pod: { nodeSelector: linux }, belongs: false },
  {
    name: 'the label has another value',
    pod: { nodeSelector: linux },
    labels: { 'kubernetes.io/os': 'windows' },
    belongs: false,
  },
  { name: 'a taint is not tolerated', taints: [taint('gpu', 'NoSchedule')], belongs: false },
  { name: 'a taint only asks', taints: [taint('gpu', 'PreferNoSchedule')], belongs: true },
  {
    name: 'a taint of trouble is always tolerated',
    taints: [taint('node.kubernetes.io/unreachable', 'NoExecute')],
    belongs: true,
  },
  {
    name: 'a key is tolerated',
    pod: { tolerations: [{ key: 'gpu', operator: 'Exists' }] },
    taints: [taint('gpu', 'NoSchedule', 'yes')],
    belongs: true,
  },
  {
    name: 'a key is tolerated for another effect',
    pod: { tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }] },
    taints: [taint('gpu', 'NoSchedule')],
    belongs: false,
  },
  {
    name: 'a value is tolerated',
    pod: { tolerations: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] },
    taints: [taint('gpu', 'NoSchedule', 'yes')],
    belongs: true,
  },
  {
    name: 'another value is tolerated',
    pod: { tolerations: [{ key: 'gpu', value: 'no', effect: 'NoSchedule' }] },
    taints: [taint('gpu', 'NoSchedule', 'yes')],
    belongs: false,
  },
  {
    name: 'all taints are tolerated',
    pod: { tolerations: [{ operator: 'Exists' }] },
    taints: [taint('gpu', 'NoSchedule'), taint('x', 'NoExecute')],
    belongs: true,
  },
  { name: 'node affinity says more than is known', pod: { affinity: required }, belongs: undefined },
  { name: 'node affinity only prefers', pod: { affinity: preferred }, belongs: true },
  {
    name: 'node affinity saves nobody from a taint',
    pod: { affinity: required },
    taints: [taint('gpu', 'NoSchedule')],
    belongs: false,
  },
];

describe('whether a Pod of a DaemonSet belongs on a node', () => {
  for (const { name, pod = {}, labels = {}, taints = [], belongs } of rows) {
    test(name, () => {
      const daemonSet = daemonSetResource.parse({ metadata: {}, spec: { template: { spec: pod } } });
      assert.equal(belongsOn(daemonSet, aNode('node-a', { labels, spec: { taints } })), belongs);
    });
  }
});
