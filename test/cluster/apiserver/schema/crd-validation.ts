import type { JsonMap } from '../resource-definition.ts';
import { childPath, type FieldError, itemPath, quote } from './field-error.ts';
import { mapAt, mapsAt, stringAt, valueAt } from './json-value.ts';
import { validateStructural } from './structural.ts';

const dnsLabel = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;

/** What is wrong with a CustomResourceDefinition (apiextensions.k8s.io/v1): names, versions and structural schemas. */
export function validateCrd(crd: JsonMap): readonly FieldError[] {
  const versions = mapsAt(crd, ['spec', 'versions']);
  return [
    ...checkNames(crd),
    ...checkScope(crd),
    ...checkVersions(versions),
    ...versions.flatMap((version, index) => checkVersion(version, itemPath('spec.versions', index))),
  ];
}

function checkNames(crd: JsonMap): readonly FieldError[] {
  const errors: FieldError[] = [];
  const group = stringAt(crd, ['spec', 'group']);
  const plural = stringAt(crd, ['spec', 'names', 'plural']);
  const name = stringAt(crd, ['metadata', 'name']);
  if (group === '') errors.push(required('spec.group'));
  else if (!dnsSubdomain.test(group)) {
    errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  }
  errors.push(...checkLabel('spec.names.plural', plural));
  const kind = stringAt(crd, ['spec', 'names', 'kind']);
  errors.push(...checkLabel('spec.names.kind', kind.toLowerCase(), kind));
  if (plural !== '' && group !== '' && name !== `${plural}.${group}`) {
    errors.push(invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  }
  return errors;
}

function checkLabel(path: string, label: string, shown = label): readonly FieldError[] {
  if (label === '') return [required(path)];
  if (dnsLabel.test(label)) return [];
  const why =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
    'and end with an alphanumeric character';
  return [invalid(path, shown, why)];
}

function checkScope(crd: JsonMap): readonly FieldError[] {
  const scope = stringAt(crd, ['spec', 'scope']);
  if (scope === '') return [required('spec.scope')];
  if (scope === 'Cluster' || scope === 'Namespaced') return [];
  const message = `Unsupported value: ${quote(scope)}: supported values: "Cluster", "Namespaced"`;
  return [{ path: 'spec.scope', type: 'FieldValueNotSupported', message }];
}

function checkVersions(versions: readonly JsonMap[]): readonly FieldError[] {
  const path = 'spec.versions';
  if (versions.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const names = versions.map((version) => stringAt(version, ['name']));
  const shown = names.join(',');
  if (versions.filter((version) => version['storage'] === true).length !== 1) {
    errors.push(invalid(path, shown, 'must have exactly one version marked as storage version'));
  }
  if (new Set(names).size < names.length) errors.push(invalid(path, shown, 'must contain unique version names'));
  return errors;
}

function checkVersion(version: JsonMap, path: string): readonly FieldError[] {
  const errors: FieldError[] = [...checkLabel(childPath(path, 'name'), stringAt(version, ['name']))];
  const schemaPath = `${path}.schema.openAPIV3Schema`;
  if (valueAt(version, ['schema', 'openAPIV3Schema']) === undefined) {
    errors.push({ ...required(schemaPath), message: 'Required value: schemas are required' });
  } else {
    errors.push(...validateStructural(mapAt(version, ['schema', 'openAPIV3Schema']), schemaPath));
  }
  mapsAt(version, ['additionalPrinterColumns']).forEach((column, index) => {
    const columnPath = itemPath(`${path}.additionalPrinterColumns`, index);
    for (const name of ['name', 'type', 'jsonPath']) {
      if (stringAt(column, [name]) === '') errors.push(required(childPath(columnPath, name)));
    }
  });
  return errors;
}

function required(path: string): FieldError {
  return { path, type: 'FieldValueRequired', message: 'Required value' };
}

function invalid(path: string, value: string, why: string): FieldError {
  return { path, type: 'FieldValueInvalid', message: `Invalid value: ${quote(value)}: ${why}` };
}
