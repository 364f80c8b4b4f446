import type { Schema } from '../resource-definition.ts';
import { atomicMap, field, integer, listOf, map, mapOf, string, time } from './schema-terms.ts';

const ownerReference = map('An object that this one depends on.', {
  apiVersion: string('API version of the owner.'),
  kind: string('Kind of the owner.'),
  name: string('Name of the owner.'),
  uid: string('UID of the owner.'),
  controller: field('boolean', 'True for the owner that manages this object.'),
  blockOwnerDeletion: field('boolean', 'True if the owner may not go before this reference does.'),
});

const managedFields = map('What one manager set in this object.', {
  manager: string('Name of the manager.'),
  operation: string('How the fields were set: Apply or Update.'),
  apiVersion: string('API version in which the fields were set.'),
  time: time('When the manager last changed its fields.'),
  fieldsType: string('Format of the field set: FieldsV1.'),
  fieldsV1: { type: 'object', description: 'The field set.', 'x-kubernetes-preserve-unknown-fields': true },
  subresource: string('Subresource through which the fields were set.'),
});

/** metadata of every object. */
export const objectMeta: Schema = map('Standard metadata of an object.', {
  name: string('Name, unique within the namespace and kind.'),
  generateName: string('Prefix of a name that the server completes.'),
  namespace: string('Namespace that holds the object.'),
  selfLink: string('No longer filled in.'),
  uid: string('Identity of this object in time and space.'),
  resourceVersion: string('Opaque version of the object, for concurrency and watches.'),
  generation: integer('Counts changes of the desired state.', 'int64'),
  creationTimestamp: time('When the object was created.'),
  deletionTimestamp: time('When deletion was asked for.'),
  deletionGracePeriodSeconds: integer('Seconds the object has to go in peace.', 'int64'),
  labels: mapOf('Keys and values to select objects by.', { type: 'string', default: '' }),
  annotations: mapOf('Keys and values for tools; not for selecting.', { type: 'string', default: '' }),
  ownerReferences: listOf('Objects that this one depends on.', ownerReference, { keys: ['uid'], mergeKey: 'uid' }),
  finalizers: listOf(
    'Names that must be removed before the object goes.',
    { type: 'string', default: '' },
    { set: true },
  ),
  managedFields: listOf('Which manager set which fields.', managedFields),
});

/** metadata of every list. */
export const listMeta: Schema = map('Metadata of a list.', {
  continue: string('Token that asks for the next page.'),
  remainingItemCount: integer('How many items follow this page.', 'int64'),
  resourceVersion: string('Version of the list, from which a watch can start.'),
  selfLink: string('No longer filled in.'),
});

/** A label selector with labels and expressions. */
export const labelSelector: Schema = atomicMap('Selects objects by their labels.', {
  matchLabels: mapOf('Labels that must stand there with these values.', string('Value of the label.')),
  matchExpressions: listOf(
    'Conditions that must all hold.',
    map('One condition on a label.', {
      key: string('Key of the label.'),
      operator: string('In, NotIn, Exists or DoesNotExist.'),
      values: listOf('Values for In and NotIn.', string('One value.')),
    }),
  ),
});
