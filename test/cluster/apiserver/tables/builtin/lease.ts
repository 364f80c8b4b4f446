import { stringAt } from '../../schema/json-value.ts';
import { integer, map, string, time } from '../../schema/schema-terms.ts';
import { ageColumn, column, nameColumn } from '../column.ts';
import { builtin, kindSchema, named } from './definition.ts';

export const lease = builtin({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  schema: kindSchema('Something that one holder at a time may hold.', {
    spec: map('Who holds it, and since when.', {
      holderIdentity: string('Who holds it.'),
      leaseDurationSeconds: integer('Seconds for which it holds without renewal.'),
      acquireTime: time('When the holder took it.'),
      renewTime: time('When the holder last renewed it.'),
      leaseTransitions: integer('How often the holder changed.'),
      strategy: string('How the next holder is chosen.'),
      preferredHolder: string('Who should hold it instead.'),
    }),
  }),
  columns: [nameColumn, column('Holder', { description: 'Who holds it.' }), ageColumn],
  cells: named((object) => [stringAt(object, ['spec', 'holderIdentity'])]),
});
