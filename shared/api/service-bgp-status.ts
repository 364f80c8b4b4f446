import { metallbGroup } from './ip-address-pool.ts';
import { asObject, readObject, readStrings, readText } from './json.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** metallb.io/v1beta1 ServiceBGPStatus: to which peers a node announces a Service. Nobody writes it yet. */
export interface ServiceBGPStatus {
  readonly meta: ObjectMeta;
  readonly node: string;
  readonly serviceName: string;
  readonly serviceNamespace: string;
  readonly peers: readonly string[];
}

export const serviceBgpStatusResource: ResourceType<ServiceBGPStatus> = {
  group: metallbGroup,
  version: 'v1beta1',
  kind: 'ServiceBGPStatus',
  plural: 'servicebgpstatuses',
  namespaced: true,
  parse: (json) => {
    const root = asObject(json);
    const status = readObject(root, 'status');
    return {
      meta: parseMeta(root),
      node: readText(status, 'node'),
      serviceName: readText(status, 'serviceName'),
      serviceNamespace: readText(status, 'serviceNamespace'),
      peers: readStrings(status, 'peers'),
    };
  },
};
