import { stringAt } from '../../schema/json-value.ts';
import { anyMap, boolean, conditions, integer, listOf, map, string } from '../../schema/schema-terms.ts';
import { nameOf } from '../cell-text.ts';
import { column, nameColumn } from '../column.ts';
import { builtin, kindSchema } from './definition.ts';

const names = map(
  'Names of the kind.',
  {
    kind: string('The kind, in camel case.'),
    listKind: string("The list's kind; default: the kind and List."),
    plural: string('The plural, as in paths.'),
    singular: string('The singular; default: the kind in lower case.'),
    shortNames: listOf('Short forms for the command line.', string('A short form.')),
    categories: listOf('Groups of kinds that it belongs to, such as all.', string('A group of kinds.')),
  },
  ['plural', 'kind'],
);

const printerColumn = map(
  'One column of the table.',
  {
    name: string('Heading.'),
    type: string('Type of the value: string, integer, number, boolean or date.'),
    format: string('Format of the value.'),
    description: string('What it shows.'),
    priority: integer('Above 0, only wide tables show it.'),
    jsonPath: string('Where the value stands.'),
  },
  ['name', 'type', 'jsonPath'],
);

const version = map(
  'One version of the kind.',
  {
    name: string('Name of the version.'),
    served: boolean('Whether it can be used.'),
    storage: boolean('Whether objects are stored in it; true for exactly one.'),
    deprecated: boolean('Whether clients are warned.'),
    deprecationWarning: string('The warning.'),
    schema: map('What objects look like.', { openAPIV3Schema: anyMap('OpenAPI v3 schema of the whole object.') }),
    subresources: map('Parts with a path of their own.', {
      status: anyMap('Separates status from the rest.'),
      scale: anyMap('Where a scale finds its numbers.'),
    }),
    additionalPrinterColumns: listOf('Columns beside the name.', printerColumn),
    selectableFields: listOf('Fields to select objects by.', map('One field.', { jsonPath: string('Its place.') })),
  },
  ['name', 'served', 'storage'],
);

export const customResourceDefinition = builtin({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  statusSubresource: true,
  schema: kindSchema('A kind that the server learns.', {
    spec: map(
      'What the kind is like.',
      {
        group: string('API group of the kind.'),
        names,
        scope: string('Cluster or Namespaced.'),
        versions: listOf('Versions of the kind.', version),
        conversion: map('How versions are converted.', {
          strategy: string('None or Webhook.'),
          webhook: anyMap('Who converts.'),
        }),
        preserveUnknownFields: boolean('Must be false.'),
      },
      ['group', 'names', 'scope', 'versions'],
    ),
    status: map('What has become of it.', {
      conditions: conditions('Current state, aspect by aspect.'),
      acceptedNames: names,
      storedVersions: listOf('Versions in which objects were ever stored.', string('A version.')),
    }),
  }),
  columns: [nameColumn, column('Created At', { type: 'date', description: 'When the kind was defined.' })],
  cells: (object) => [nameOf(object), stringAt(object, ['metadata', 'creationTimestamp'])],
});
