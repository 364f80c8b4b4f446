import { hash } from 'node:crypto';
import type { JsonObject } from '../../shared/api/json.ts';
import type { ObjectKey } from '../../shared/api/object-meta.ts';
import { apiVersionOf } from '../../shared/api/resource-type.ts';
import {
  announcedAddressesAnnotation,
  ownerSinceAnnotation,
  type ServiceL2Status,
  serviceL2StatusResource,
} from '../../shared/api/service-l2-status.ts';

const labelNames = {
  node: 'metallb.io/node',
  serviceName: 'metallb.io/service-name',
  serviceNamespace: 'metallb.io/service-namespace',
} as const;
/** Longest value of a label (Kubernetes, "Labels and Selectors"); only node names can be longer. */
const longestLabel = 63;

/** Who announces a Service, and where. */
export interface Announcement {
  readonly serviceName: string;
  readonly serviceNamespace: string;
  readonly node: string;
  /** Sorted. */
  readonly interfaces: readonly string[];
  /** When the node took it over, Unix ms. */
  readonly sinceMs: number;
  /** Those of the Service's addresses that the node answers for, canonical. */
  readonly addresses: readonly string[];
}

/** The name of a Service's ServiceL2Status: the same whoever announces it, so that there is only one. */
export function l2StatusName(service: ObjectKey): string {
  return `l2-${hash('sha256', service, 'hex').slice(0, 16)}`;
}

/** The Service that a ServiceL2Status is about; its labels are written before its status. */
export function serviceOf(status: ServiceL2Status): ObjectKey {
  const name = status.meta.labels[labelNames.serviceName] ?? status.serviceName;
  return `${status.meta.labels[labelNames.serviceNamespace] ?? status.serviceNamespace}/${name}`;
}

/** The node that it is about, or is about to be about: its labels are written before its status. '' for none. */
export function nodeOf(status: ServiceL2Status): string {
  return status.meta.labels[labelNames.node] ?? status.node;
}

/** The ServiceL2Status to create, without its status. */
export function l2StatusObject(namespace: string, name: string, announcement: Announcement): JsonObject {
  return {
    apiVersion: apiVersionOf(serviceL2StatusResource),
    kind: serviceL2StatusResource.kind,
    metadata: {
      name,
      namespace,
      labels: l2StatusLabels(announcement),
      annotations: l2StatusAnnotations(announcement),
    },
    spec: {},
  };
}

/** As a merge patch: null takes away a label of the owner before. */
export function l2StatusLabels(announcement: Announcement): Readonly<Record<string, string | null>> {
  const { node, serviceName, serviceNamespace } = announcement;
  return {
    [labelNames.node]: node.length > longestLabel ? null : node,
    [labelNames.serviceName]: serviceName,
    [labelNames.serviceNamespace]: serviceNamespace,
  };
}

/** Written together with the labels, when the owner changes, or what it announces. */
export function l2StatusAnnotations({ sinceMs, addresses }: Announcement): Readonly<Record<string, string>> {
  return {
    [ownerSinceAnnotation]: new Date(sinceMs).toISOString(),
    [announcedAddressesAnnotation]: addresses.join(','),
  };
}

/** Undefined in a report that does not tell. */
export function announcedAddressesOf({ meta }: ServiceL2Status): readonly string[] | undefined {
  return meta.annotations[announcedAddressesAnnotation]?.split(',');
}

export function l2StatusStatus({ node, serviceName, serviceNamespace, interfaces }: Announcement): JsonObject {
  return { node, serviceName, serviceNamespace, interfaces: interfaces.map((name) => ({ name })) };
}

/** Whether it has them, and the addresses that are written with them. */
export function hasLabels(status: ServiceL2Status, announcement: Announcement): boolean {
  if (announcedAddressesOf(status)?.join(',') !== announcement.addresses.join(',')) return false;
  return Object.entries(l2StatusLabels(announcement)).every(
    ([name, value]) => status.meta.labels[name] === (value ?? undefined),
  );
}

export function hasStatus(status: ServiceL2Status, { node, serviceName, serviceNamespace, interfaces }: Announcement) {
  return (
    status.node === node &&
    status.serviceName === serviceName &&
    status.serviceNamespace === serviceNamespace &&
    status.interfaces.length === interfaces.length &&
    status.interfaces.every((name, index) => name === interfaces[index])
  );
}
