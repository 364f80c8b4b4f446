import type { JsonMap, ResourceDefinition } from '../../resource-definition.ts';
import { mapsAt, stringAt } from '../../schema/json-value.ts';
import { labelSelector } from '../../schema/object-meta.ts';
import { atomicMap, listOf, map, string } from '../../schema/schema-terms.ts';
import { ageOf, nameOf } from '../cell-text.ts';
import { ageColumn, column, nameColumn } from '../column.ts';
import { builtin, kindSchema } from './definition.ts';

const texts = (description: string) => listOf(description, string('A name; * for all.'));

const rules = listOf(
  'What the role allows.',
  map(
    'One rule.',
    {
      apiGroups: texts('API groups; "" is the core group.'),
      resources: texts('Kinds, in the plural.'),
      resourceNames: texts('Names of objects; none means all.'),
      nonResourceURLs: texts('Paths that are no objects.'),
      verbs: texts('What may be done.'),
    },
    ['verbs'],
  ),
);

const bindingFields = {
  roleRef: atomicMap('The role.', {
    apiGroup: string('API group of the role.'),
    kind: string('Role or ClusterRole.'),
    name: string('Name of the role.'),
  }),
  subjects: listOf(
    'Who has the role.',
    atomicMap('One of them.', {
      apiGroup: string('API group of the subject.'),
      kind: string('User, Group or ServiceAccount.'),
      name: string('Name of the subject.'),
      namespace: string('Namespace of the subject.'),
    }),
  ),
};

const createdColumn = column('Created At', { type: 'date', description: 'When the object was created.' });

const roleBase = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  columns: [nameColumn, createdColumn],
  cells: (object: JsonMap) => [nameOf(object), stringAt(object, ['metadata', 'creationTimestamp'])],
};

const bindingBase = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  columns: [
    nameColumn,
    column('Role', { description: 'The role.' }),
    ageColumn,
    column('Users', { wide: true, description: 'Users who have the role.' }),
    column('Groups', { wide: true, description: 'Groups who have the role.' }),
    column('ServiceAccounts', { wide: true, description: 'Service accounts that have the role.' }),
  ],
  cells: (object: JsonMap, nowMs: number) => [
    nameOf(object),
    `${stringAt(object, ['roleRef', 'kind'])}/${stringAt(object, ['roleRef', 'name'])}`,
    ageOf(object, nowMs),
    subjects(object, 'User'),
    subjects(object, 'Group'),
    subjects(object, 'ServiceAccount'),
  ],
};

function subjects(binding: JsonMap, kind: string): string {
  const found = mapsAt(binding, ['subjects']).filter((subject) => subject['kind'] === kind);
  const names = found.map((subject) => {
    const namespace = stringAt(subject, ['namespace']);
    return kind === 'ServiceAccount' ? `${namespace}/${stringAt(subject, ['name'])}` : stringAt(subject, ['name']);
  });
  return names.join(', ');
}

/** Roles are stored as given: access reviews answer by them, and yet every user may do everything. */
export const rbac: readonly ResourceDefinition[] = [
  builtin({
    ...roleBase,
    kind: 'ClusterRole',
    plural: 'clusterroles',
    namespaced: false,
    schema: kindSchema('What may be done in the whole cluster.', {
      rules,
      aggregationRule: map('Takes the rules from other roles.', {
        clusterRoleSelectors: listOf('Selects those roles.', labelSelector),
      }),
    }),
  }),
  builtin({
    ...bindingBase,
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    namespaced: false,
    schema: kindSchema('Who has a role in the whole cluster.', bindingFields),
  }),
  builtin({
    ...roleBase,
    kind: 'Role',
    plural: 'roles',
    schema: kindSchema('What may be done in a namespace.', { rules }),
  }),
  builtin({
    ...bindingBase,
    kind: 'RoleBinding',
    plural: 'rolebindings',
    schema: kindSchema('Who has a role in a namespace.', bindingFields),
  }),
];
