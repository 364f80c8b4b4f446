import { asObject, readBoolean, readObject, readObjects, readString } from './json.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

export interface Endpoint {
  /** Undefined for endpoints made by hand. */
  readonly nodeName: string | undefined;
  /** Unset means true (discovery/v1 EndpointConditions). */
  readonly ready: boolean;
  /** Unset means the same as `ready`. */
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** What Herald uses of a discovery.k8s.io/v1 EndpointSlice. */
export interface EndpointSlice {
  readonly meta: ObjectMeta;
  /** Name of the Service, from the label `kubernetes.io/service-name`; '' where there is none. */
  readonly serviceName: string;
  readonly endpoints: readonly Endpoint[];
}

export const endpointSliceResource: ResourceType<EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  parse: parseEndpointSlice,
};

function parseEndpointSlice(json: unknown): EndpointSlice {
  const root = asObject(json);
  const meta = parseMeta(root);
  return {
    meta,
    serviceName: meta.labels['kubernetes.io/service-name'] ?? '',
    endpoints: readObjects(root, 'endpoints').map((endpoint) => {
      const conditions = readObject(endpoint, 'conditions');
      const ready = readBoolean(conditions, 'ready') ?? true;
      return {
        nodeName: readString(endpoint, 'nodeName'),
        ready,
        serving: readBoolean(conditions, 'serving') ?? ready,
        terminating: readBoolean(conditions, 'terminating') ?? false,
      };
    }),
  };
}
