import type { EndpointSlice } from '../shared/api/endpoint-slice.ts';
import { keyOf, type ObjectKey } from '../shared/api/object-meta.ts';

/** Where a Service is served: by endpoints that are ready, or at least serving while they terminate. */
export interface ServingEndpoints {
  /** Also by endpoints that name no node (made by hand). */
  readonly anywhere: boolean;
  readonly nodes: ReadonlySet<string>;
}

export const noEndpoints: ServingEndpoints = { anywhere: false, nodes: new Set() };

/** Joins the EndpointSlices of each wanted Service; a Service without any is absent. */
export function indexEndpoints(
  slices: Iterable<EndpointSlice>,
  wanted: (service: ObjectKey) => boolean,
): ReadonlyMap<ObjectKey, ServingEndpoints> {
  const found = new Map<ObjectKey, { anywhere: boolean; nodes: Set<string> }>();
  for (const slice of slices) {
    if (slice.serviceName === '') continue;
    const key = keyOf({ namespace: slice.meta.namespace, name: slice.serviceName });
    if (!wanted(key)) continue;
    const entry = found.get(key) ?? { anywhere: false, nodes: new Set() };
    found.set(key, entry);
    addSlice(entry, slice);
  }
  return found;
}

function addSlice(entry: { anywhere: boolean; nodes: Set<string> }, slice: EndpointSlice): void {
  for (const { ready, serving, nodeName } of slice.endpoints) {
    if (!ready && !serving) continue;
    entry.anywhere = true;
    if (nodeName !== undefined) entry.nodes.add(nodeName);
  }
}

/** The slice with only what `indexEndpoints` reads: a speaker keeps those of the whole cluster in memory. */
export function compactEndpointSlice({ meta, serviceName, endpoints }: EndpointSlice): EndpointSlice {
  return {
    meta: { ...meta, labels: {}, annotations: {} },
    serviceName,
    endpoints: endpoints.filter(({ ready, serving }) => ready || serving),
  };
}
