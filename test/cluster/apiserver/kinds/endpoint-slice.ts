import { isIP } from 'node:net';
import type { JsonMap } from '../resource-definition.ts';
import type { FieldError } from '../schema/field-error.ts';
import { isMap, listAt, mapsAt, stringAt } from '../schema/json-value.ts';
import { invalidValue, notSupported, required } from './field-problem.ts';
import { type KindBehaviour, plainBehaviour } from './kind-behaviour.ts';

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

/** discovery.k8s.io/v1 EndpointSlice. */
export const endpointSliceBehaviour: KindBehaviour = {
  ...plainBehaviour,
  countsGeneration: true,
  create: complete,
  update: complete,
  validate,
};

function complete(object: JsonMap): JsonMap {
  const ports = object['ports'];
  return {
    ...object,
    endpoints: mapsAt(object, ['endpoints']).map((endpoint) => ({ conditions: {}, ...endpoint })),
    ports: Array.isArray(ports)
      ? ports.map((port) => (isMap(port) ? { name: '', protocol: 'TCP', ...port } : port))
      : [],
  };
}

function validate(object: JsonMap, old: JsonMap | undefined): readonly FieldError[] {
  const type = stringAt(object, ['addressType']);
  if (type === '') return [required('addressType', '')];
  if (!addressTypes.includes(type)) return [notSupported('addressType', type, addressTypes)];
  if (old !== undefined && old['addressType'] !== type) {
    return [invalidValue('addressType', type, 'field is immutable')];
  }
  const problems: FieldError[] = [];
  for (const [index, endpoint] of mapsAt(object, ['endpoints']).entries()) {
    problems.push(...validateAddresses(endpoint, type, `endpoints[${index}].addresses`));
  }
  return problems;
}

function validateAddresses(endpoint: JsonMap, type: string, path: string): readonly FieldError[] {
  const addresses = listAt(endpoint, ['addresses']);
  if (addresses.length === 0) return [required(path, 'must contain at least 1 address')];
  const wanted = type === 'IPv4' ? 4 : 6;
  if (type === 'FQDN') return [];
  return addresses
    .filter((address) => isIP(String(address)) !== wanted)
    .map((address) => invalidValue(path, address, `must be an ${type} address`));
}
