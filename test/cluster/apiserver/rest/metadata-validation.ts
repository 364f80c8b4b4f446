import { forbiddenField, invalidValue, required } from '../kinds/field-problem.ts';
import type { Json, JsonMap, ResourceDefinition } from '../resource-definition.ts';
import type { FieldError } from '../schema/field-error.ts';
import { listAt, mapAt, stringAt } from '../schema/json-value.ts';

interface NameRule {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly message: string;
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

const subdomainRule: NameRule = {
  pattern: new RegExp(`^${label}(\\.${label})*$`),
  longest: 253,
  message:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
    `'${label}(\\.${label})*')`,
};

const labelRule: NameRule = {
  pattern: new RegExp(`^${label}$`),
  longest: 63,
  message:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
    `an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`,
};

const dns1035Rule: NameRule = {
  pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  longest: 63,
  message:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and " +
    "end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is " +
    "'[a-z]([-a-z0-9]*[a-z0-9])?')",
};

const nameRules: Readonly<Record<string, NameRule>> = { '/services': dns1035Rule, '/namespaces': labelRule };

const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const qualifiedNameMessage =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValueMessage =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** What is wrong with an object's metadata, whatever its kind. */
export function validateMetadata(object: JsonMap, definition: ResourceDefinition): readonly FieldError[] {
  const metadata = mapAt(object, ['metadata']);
  return [
    ...validateName(stringAt(metadata, ['name']), definition),
    ...validateLabels(mapAt(metadata, ['labels'])),
    ...validateAnnotations(mapAt(metadata, ['annotations'])),
    ...validateFinalizerNames(listAt(metadata, ['finalizers'])),
  ];
}

function validateName(name: string, definition: ResourceDefinition): readonly FieldError[] {
  if (name === '') return [required('metadata.name', 'name or generateName is required')];
  const rule = nameRules[`${definition.group}/${definition.plural}`] ?? subdomainRule;
  if (name.length > rule.longest) {
    return [invalidValue('metadata.name', name, `must be no more than ${rule.longest} characters`)];
  }
  return rule.pattern.test(name) ? [] : [invalidValue('metadata.name', name, rule.message)];
}

function validateLabels(labels: JsonMap): readonly FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    if (!labelKey.test(key)) return [invalidValue('metadata.labels', key, qualifiedNameMessage)];
    const text = String(value);
    if (text.length > 63) return [invalidValue('metadata.labels', text, 'must be no more than 63 characters')];
    return labelValue.test(text) ? [] : [invalidValue('metadata.labels', text, labelValueMessage)];
  });
}

function validateAnnotations(annotations: JsonMap): readonly FieldError[] {
  return Object.keys(annotations)
    .filter((key) => !labelKey.test(key))
    .map((key) => invalidValue('metadata.annotations', key, qualifiedNameMessage));
}

const standardFinalizers = ['orphan', 'foregroundDeletion', 'kubernetes'];

function validateFinalizerNames(finalizers: readonly Json[]): readonly FieldError[] {
  return finalizers.flatMap((finalizer, index) => {
    const name = String(finalizer);
    if (standardFinalizers.includes(name) || (name.includes('/') && labelKey.test(name))) return [];
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    return [invalidValue(`metadata.finalizers[${index}]`, name, why)];
  });
}

/** An object that is being deleted takes no new finalizers. */
export function validateFinalizers(object: JsonMap, live: JsonMap): readonly FieldError[] {
  if (stringAt(live, ['metadata', 'deletionTimestamp']) === '') return [];
  const before = new Set(listAt(live, ['metadata', 'finalizers']));
  const added = listAt(object, ['metadata', 'finalizers']).filter((finalizer) => !before.has(finalizer));
  if (added.length === 0) return [];
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  return [
    forbiddenField(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    ),
  ];
}
