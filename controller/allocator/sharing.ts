import type { Labels } from '../../shared/api/label-selector.ts';
import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { ServicePort, TrafficPolicy } from '../../shared/api/service.ts';

/** What two Services must agree on before they may have one address together. */
export interface SharingTerms {
  /** From the annotation `allow-shared-ip`; '' shares with nobody. */
  readonly key: string;
  /** `TCP/80` and so on. */
  readonly ports: readonly string[];
  /** Equal where the same nodes can serve both Services. */
  readonly backends: string;
}

export type SharingConflict =
  | { readonly reason: 'sharingKeyDiffers' }
  | { readonly reason: 'portTaken'; readonly port: string }
  | { readonly reason: 'backendsDiffer' };

interface SharingService {
  readonly key: ObjectKey;
  readonly sharingKey: string;
  readonly namespace: string;
  readonly ports: readonly ServicePort[];
  readonly policy: TrafficPolicy;
  readonly selector: Labels | undefined;
}

export function sharingTerms(service: SharingService): SharingTerms {
  return {
    key: service.sharingKey,
    ports: service.ports.map((port) => `${port.protocol}/${port.port}`),
    backends: backendsOf(service),
  };
}

/** Decides whether two Services may share an address; undefined where they may. */
export function sharingConflict(one: SharingTerms, other: SharingTerms): SharingConflict | undefined {
  if (one.key === '' || one.key !== other.key) return { reason: 'sharingKeyDiffers' };
  const port = one.ports.find((candidate) => other.ports.includes(candidate));
  if (port !== undefined) return { reason: 'portTaken', port };
  return one.backends === other.backends ? undefined : { reason: 'backendsDiffer' };
}

export function sameTerms(one: SharingTerms, other: SharingTerms): boolean {
  return (
    one.key === other.key &&
    one.backends === other.backends &&
    one.ports.length === other.ports.length &&
    one.ports.every((port, index) => port === other.ports[index])
  );
}

/**
 * With `externalTrafficPolicy: Local` the owner of the address must have endpoints of all Services that share it: only
 * the same selector in the same namespace promises that, and a Service without selector promises nothing.
 */
function backendsOf(service: SharingService): string {
  if (service.policy === 'Cluster') return 'cluster';
  if (service.selector === undefined) return `service ${service.key}`;
  const labels = Object.entries(service.selector).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `pods ${service.namespace} ${JSON.stringify(labels)}`;
}
