import type { Json, JsonMap } from '../../resource-definition.ts';
import { listAt, mapsAt, numberAt, stringAt, valueAt } from '../../schema/json-value.ts';
import { ageOf, nameOf, orNone } from '../cell-text.ts';
import { ageColumn, column, nameColumn } from '../column.ts';
import { builtin, kindSchema } from './definition.ts';
import { podSpec, podStatus } from './pod-schema.ts';

/** STATUS: a container's trouble counts for more than the phase; init containers are not looked into. */
function statusText(pod: JsonMap): string {
  const waiting = mapsAt(pod, ['status', 'containerStatuses']).map(
    (status) => stringAt(status, ['state', 'waiting', 'reason']) || stringAt(status, ['state', 'terminated', 'reason']),
  );
  const trouble = waiting.find((reason) => reason !== '');
  const text = trouble ?? (stringAt(pod, ['status', 'reason']) || stringAt(pod, ['status', 'phase']));
  return valueAt(pod, ['metadata', 'deletionTimestamp']) === undefined ? text : 'Terminating';
}

function cells(pod: JsonMap, nowMs: number): Json[] {
  const statuses = mapsAt(pod, ['status', 'containerStatuses']);
  const ready = statuses.filter((status) => status['ready'] === true).length;
  const restarts = statuses.reduce((sum, status) => sum + (numberAt(status, ['restartCount']) ?? 0), 0);
  return [
    nameOf(pod),
    `${ready}/${listAt(pod, ['spec', 'containers']).length}`,
    statusText(pod),
    String(restarts),
    ageOf(pod, nowMs),
    orNone(stringAt(mapsAt(pod, ['status', 'podIPs'])[0], ['ip']) || stringAt(pod, ['status', 'podIP'])),
    orNone(stringAt(pod, ['spec', 'nodeName'])),
    orNone(stringAt(pod, ['status', 'nominatedNodeName'])),
    readinessGates(pod),
  ];
}

function readinessGates(pod: JsonMap): string {
  const gates = mapsAt(pod, ['spec', 'readinessGates']);
  const conditions = mapsAt(pod, ['status', 'conditions']);
  const met = gates.filter((gate) =>
    conditions.some((condition) => condition['type'] === gate['conditionType'] && condition['status'] === 'True'),
  );
  return gates.length === 0 ? '<none>' : `${met.length}/${gates.length}`;
}

export const pod = builtin({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  statusSubresource: true,
  schema: kindSchema('Containers that run together on one node.', { spec: podSpec, status: podStatus }),
  columns: [
    nameColumn,
    column('Ready', { description: 'Containers that are ready, of all.' }),
    column('Status', { description: 'What the pod is doing.' }),
    column('Restarts', { description: 'How often its containers were restarted.' }),
    ageColumn,
    column('IP', { wide: true, description: 'Address of the pod.' }),
    column('Node', { wide: true, description: 'Node that runs the pod.' }),
    column('Nominated Node', { wide: true, description: 'Node on which room is being made for it.' }),
    column('Readiness Gates', { wide: true, description: 'Readiness conditions that hold, of all.' }),
  ],
  cells,
});
