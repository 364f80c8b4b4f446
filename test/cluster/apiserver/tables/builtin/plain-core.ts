import type { ResourceDefinition } from '../../resource-definition.ts';
import { listAt, stringAt } from '../../schema/json-value.ts';
import { boolean, bytes, conditions, listOf, map, mapOf, string } from '../../schema/schema-terms.ts';
import { count } from '../cell-text.ts';
import { ageColumn, column, nameColumn } from '../column.ts';
import { builtin, kindSchema, named } from './definition.ts';
import { objectReference } from './event.ts';

const namespace = builtin({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  statusSubresource: true,
  schema: kindSchema('A scope for names.', {
    spec: map('How the namespace behaves.', {
      finalizers: listOf('Names that must be removed before the namespace goes.', string('A name.')),
    }),
    status: map('What has become of it.', {
      phase: string('Active or Terminating.'),
      conditions: conditions('Current state, aspect by aspect.'),
    }),
  }),
  columns: [nameColumn, column('Status', { description: 'Active or Terminating.' }), ageColumn],
  cells: named((object) => [stringAt(object, ['status', 'phase'])]),
});

const configMap = builtin({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  schema: kindSchema('Settings for programs to read.', {
    data: mapOf('Texts by name.', string('A text.')),
    binaryData: mapOf('Bytes by name.', bytes('Some bytes.')),
    immutable: boolean('Whether the data may no longer change.'),
  }),
  columns: [nameColumn, column('Data', { type: 'string', description: 'How many entries there are.' }), ageColumn],
  cells: named((object) => [count(object['data']) + count(object['binaryData'])]),
});

const secret = builtin({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  schema: kindSchema('Data that not everybody should read.', {
    type: string('What kind of data it is.'),
    data: mapOf('Bytes by name.', bytes('Some bytes.')),
    stringData: mapOf('Texts by name, written into data; never shown.', string('A text.')),
    immutable: boolean('Whether the data may no longer change.'),
  }),
  columns: [
    nameColumn,
    column('Type', { description: 'What kind of data it is.' }),
    column('Data', { type: 'string', description: 'How many entries there are.' }),
    ageColumn,
  ],
  cells: named((object) => [stringAt(object, ['type']), count(object['data'])]),
});

const serviceAccount = builtin({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  schema: kindSchema('An identity for programs.', {
    automountServiceAccountToken: boolean('Whether pods get a token of it.'),
    imagePullSecrets: listOf('Secrets for pulling images.', map('A Secret.', { name: string('Its name.') })),
    secrets: listOf('Secrets that its pods may use.', objectReference('A Secret.'), {
      keys: ['name'],
      mergeKey: 'name',
    }),
  }),
  columns: [nameColumn, column('Secrets', { description: 'How many secrets it lists.' }), ageColumn],
  cells: named((object) => [listAt(object, ['secrets']).length]),
});

/** The kinds of core/v1 that hold little. */
export const plainCore: readonly ResourceDefinition[] = [namespace, configMap, secret, serviceAccount];
