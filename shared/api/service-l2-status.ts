import { metallbGroup } from './ip-address-pool.ts';
import { asObject, readObject, readObjects, readString } from './json.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** On a ServiceL2Status, RFC 3339: when the node took the Service's addresses over. */
export const ownerSinceAnnotation = 'herald/since';

/** On a ServiceL2Status, separated by commas: which of the Service's addresses the node announces. */
export const announcedAddressesAnnotation = 'herald/addresses';

/** metallb.io/v1beta1 ServiceL2Status: who announces a Service, on which interfaces. Written by the owner. */
export interface ServiceL2Status {
  readonly meta: ObjectMeta;
  readonly node: string;
  readonly serviceName: string;
  readonly serviceNamespace: string;
  readonly interfaces: readonly string[];
}

export const serviceL2StatusResource: ResourceType<ServiceL2Status> = {
  group: metallbGroup,
  version: 'v1beta1',
  kind: 'ServiceL2Status',
  plural: 'servicel2statuses',
  namespaced: true,
  parse: parseServiceL2Status,
};

function parseServiceL2Status(json: unknown): ServiceL2Status {
  const root = asObject(json);
  const status = readObject(root, 'status');
  return {
    meta: parseMeta(root),
    node: readString(status, 'node') ?? '',
    serviceName: readString(status, 'serviceName') ?? '',
    serviceNamespace: readString(status, 'serviceNamespace') ?? '',
    interfaces: readObjects(status, 'interfaces').map((entry) => readString(entry, 'name') ?? ''),
  };
}
