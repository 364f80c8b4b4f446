import type { Json, JsonMap, ResourceDefinition } from '../../resource-definition.ts';
import { mapAt, mapsAt, numberAt, stringAt } from '../../schema/json-value.ts';
import { objectMeta } from '../../schema/object-meta.ts';
import { boolean, conditions, integer, map } from '../../schema/schema-terms.ts';
import { ageOf, labelText, nameOf } from '../cell-text.ts';
import { ageColumn, column, nameColumn } from '../column.ts';
import { builtin, kindSchema } from './definition.ts';
import { podTemplate, surge, workloadSelector } from './pod-schema.ts';

const template = podTemplate(objectMeta);

const podColumns = [
  column('Containers', { wide: true, description: 'Names of the containers.' }),
  column('Images', { wide: true, description: 'Images of the containers.' }),
  column('Selector', { wide: true, description: 'Labels of the pods.' }),
];

function podCells(workload: JsonMap): Json[] {
  const containers = mapsAt(workload, ['spec', 'template', 'spec', 'containers']);
  return [
    containers.map((container) => stringAt(container, ['name'])).join(','),
    containers.map((container) => stringAt(container, ['image'])).join(','),
    labelText(mapAt(workload, ['spec', 'selector', 'matchLabels'])),
  ];
}

function statusNumber(workload: JsonMap, name: string): number {
  return numberAt(workload, ['status', name]) ?? 0;
}

const deployment = builtin({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  statusSubresource: true,
  schema: kindSchema('A number of like pods, replaced in order.', {
    spec: map(
      'What should run.',
      {
        replicas: integer('How many pods there should be.'),
        selector: workloadSelector,
        template,
        strategy: { ...surge, 'x-kubernetes-patch-strategy': 'retainKeys' },
        minReadySeconds: integer('Seconds that a pod must be ready before it counts.'),
        revisionHistoryLimit: integer('How many old versions are kept.'),
        paused: boolean('Whether changes wait.'),
        progressDeadlineSeconds: integer('Seconds after which a rollout counts as failed.'),
      },
      ['selector', 'template'],
    ),
    status: map('What does run.', {
      observedGeneration: integer('Generation that the status speaks of.', 'int64'),
      replicas: integer('How many pods there are.'),
      updatedReplicas: integer('How many of them are up to date.'),
      readyReplicas: integer('How many of them are ready.'),
      availableReplicas: integer('How many of them are available.'),
      unavailableReplicas: integer('How many are missing.'),
      collisionCount: integer('Counts clashes of names.'),
      conditions: conditions('Current state, aspect by aspect.'),
    }),
  }),
  columns: [
    nameColumn,
    column('Ready', { description: 'Pods that are ready, of those wanted.' }),
    column('Up-to-date', { description: 'Pods that are up to date.' }),
    column('Available', { description: 'Pods that are available.' }),
    ageColumn,
    ...podColumns,
  ],
  cells: (object, nowMs) => [
    nameOf(object),
    `${statusNumber(object, 'readyReplicas')}/${numberAt(object, ['spec', 'replicas']) ?? 0}`,
    String(statusNumber(object, 'updatedReplicas')),
    String(statusNumber(object, 'availableReplicas')),
    ageOf(object, nowMs),
    ...podCells(object),
  ],
});

const daemonSet = builtin({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  statusSubresource: true,
  schema: kindSchema('One pod on every node.', {
    spec: map(
      'What should run.',
      {
        selector: workloadSelector,
        template,
        updateStrategy: surge,
        minReadySeconds: integer('Seconds that a pod must be ready before it counts.'),
        revisionHistoryLimit: integer('How many old versions are kept.'),
      },
      ['selector', 'template'],
    ),
    status: map('What does run.', {
      observedGeneration: integer('Generation that the status speaks of.', 'int64'),
      currentNumberScheduled: integer('Nodes that run a pod and should.'),
      desiredNumberScheduled: integer('Nodes that should run a pod.'),
      numberMisscheduled: integer('Nodes that run a pod and should not.'),
      numberReady: integer('Pods that are ready.'),
      numberAvailable: integer('Pods that are available.'),
      numberUnavailable: integer('Pods that are missing.'),
      updatedNumberScheduled: integer('Pods that are up to date.'),
      collisionCount: integer('Counts clashes of names.'),
      conditions: conditions('Current state, aspect by aspect.'),
    }),
  }),
  columns: [
    nameColumn,
    column('Desired', { type: 'integer', description: 'Nodes that should run a pod.' }),
    column('Current', { type: 'integer', description: 'Nodes that run a pod.' }),
    column('Ready', { type: 'integer', description: 'Pods that are ready.' }),
    column('Up-to-date', { type: 'integer', description: 'Pods that are up to date.' }),
    column('Available', { type: 'integer', description: 'Pods that are available.' }),
    column('Node Selector', { description: 'Labels of the nodes.' }),
    ageColumn,
    ...podColumns,
  ],
  cells: (object, nowMs) => [
    nameOf(object),
    statusNumber(object, 'desiredNumberScheduled'),
    statusNumber(object, 'currentNumberScheduled'),
    statusNumber(object, 'numberReady'),
    statusNumber(object, 'updatedNumberScheduled'),
    statusNumber(object, 'numberAvailable'),
    labelText(mapAt(object, ['spec', 'template', 'spec', 'nodeSelector'])),
    ageOf(object, nowMs),
    ...podCells(object),
  ],
});

/** Workloads are stored as given: nothing here runs them. */
export const workloads: readonly ResourceDefinition[] = [deployment, daemonSet];
