import type { Json, JsonMap, Schema } from '../../resource-definition.ts';
import { numberAt, stringAt, valueAt } from '../../schema/json-value.ts';
import { atomicMap, integer, map, string, time } from '../../schema/schema-terms.ts';
import { nameOf } from '../cell-text.ts';
import { column } from '../column.ts';
import { humanAge } from '../human-duration.ts';
import { builtin, kindSchema } from './definition.ts';

/** A reference to an object, as events, endpoints and others hold it. */
export function objectReference(description: string): Schema {
  return atomicMap(description, {
    apiVersion: string('API version of the object.'),
    kind: string('Kind of the object.'),
    namespace: string('Namespace of the object.'),
    name: string('Name of the object.'),
    uid: string('UID of the object.'),
    resourceVersion: string('Version of the object that is meant.'),
    fieldPath: string('Part of the object that is meant.'),
  });
}

const source = map('Who reported it.', {
  component: string('Component that reported it.'),
  host: string('Node on which the component runs.'),
});

const shared = {
  action: string('What was done.'),
  eventTime: time('When it was first seen.'),
  reason: string('One word for programs.'),
  reportingInstance: string('Instance of the reporter.'),
  type: string('Normal or Warning.'),
};

const coreSchema = kindSchema('A report that something happened to an object.', {
  ...shared,
  count: integer('How often it happened.'),
  firstTimestamp: time('When it first happened.'),
  involvedObject: objectReference('The object it happened to.'),
  lastTimestamp: time('When it last happened.'),
  message: string('A sentence for people.'),
  related: objectReference('A second object that has to do with it.'),
  reportingComponent: string('Name of the reporter.'),
  series: map('A run of the same event.', {
    count: integer('How often it happened.'),
    lastObservedTime: time('When it last happened.'),
  }),
  source,
});

const eventsSchema = kindSchema('A report that something happened to an object.', {
  ...shared,
  deprecatedCount: integer('How often it happened, for core/v1.'),
  deprecatedFirstTimestamp: time('When it first happened, for core/v1.'),
  deprecatedLastTimestamp: time('When it last happened, for core/v1.'),
  deprecatedSource: source,
  note: string('A sentence for people.'),
  regarding: objectReference('The object it happened to.'),
  related: objectReference('A second object that has to do with it.'),
  reportingController: string('Name of the reporter.'),
  series: map('A run of the same event.', {
    count: integer('How often it happened.'),
    lastObservedTime: time('When it last happened.'),
  }),
});

/** Names of the fields by which core/v1 and events.k8s.io/v1 differ. */
interface EventFields {
  readonly object: string;
  readonly source: string;
  readonly controller: string;
  readonly message: string;
  readonly first: string;
  readonly last: string;
  readonly count: string;
}

const coreFields: EventFields = {
  object: 'involvedObject',
  source: 'source',
  controller: 'reportingComponent',
  message: 'message',
  first: 'firstTimestamp',
  last: 'lastTimestamp',
  count: 'count',
};

const eventsFields: EventFields = {
  object: 'regarding',
  source: 'deprecatedSource',
  controller: 'reportingController',
  message: 'note',
  first: 'deprecatedFirstTimestamp',
  last: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
};

function cells(event: JsonMap, nowMs: number, fields: EventFields): Json[] {
  const age = (...path: string[]): string => humanAge(valueAt(event, path), nowMs);
  const hasTime = (name: string): boolean => stringAt(event, [name]) !== '';
  const first = hasTime(fields.first) ? age(fields.first) : age('eventTime');
  const single = hasTime(fields.last) ? age(fields.last) : first;
  const inSeries = valueAt(event, ['series']) !== undefined && event['series'] !== null;
  const times = inSeries ? numberAt(event, ['series', 'count']) : numberAt(event, [fields.count]) || 1;
  return [
    inSeries ? age('series', 'lastObservedTime') : single,
    stringAt(event, ['type']),
    stringAt(event, ['reason']),
    target(event, fields.object),
    stringAt(event, [fields.object, 'fieldPath']),
    reporter(event, fields),
    stringAt(event, [fields.message]).trim(),
    first,
    times ?? 0,
    nameOf(event),
  ];
}

function target(event: JsonMap, field: string): string {
  const name = stringAt(event, [field, 'name']);
  const kind = stringAt(event, [field, 'kind']).toLowerCase();
  return name === '' ? kind : `${kind}/${name}`;
}

function reporter(event: JsonMap, fields: EventFields): string {
  const component = stringAt(event, [fields.source, 'component']) || stringAt(event, [fields.controller]);
  const instance = stringAt(event, [fields.source, 'host']) || stringAt(event, ['reportingInstance']);
  return instance === '' ? component : `${component}, ${instance}`;
}

const columns = [
  column('Last Seen', { description: 'Time since it last happened.' }),
  column('Type', { description: 'Normal or Warning.' }),
  column('Reason', { description: 'One word for programs.' }),
  column('Object', { description: 'The object it happened to.' }),
  column('Subobject', { wide: true, description: 'Part of the object.' }),
  column('Source', { wide: true, description: 'Who reported it.' }),
  column('Message', { description: 'A sentence for people.' }),
  column('First Seen', { wide: true, description: 'Time since it first happened.' }),
  column('Count', { wide: true, description: 'How often it happened.' }),
  column('Name', { wide: true, description: 'Name of the event.' }),
];

const names = { kind: 'Event', plural: 'events', shortNames: ['ev'], columns };

export const coreEvent = builtin({
  ...names,
  group: '',
  version: 'v1',
  schema: coreSchema,
  cells: (event, nowMs) => cells(event, nowMs, coreFields),
});

export const event = builtin({
  ...names,
  group: 'events.k8s.io',
  version: 'v1',
  schema: eventsSchema,
  cells: (object, nowMs) => cells(object, nowMs, eventsFields),
});
