import { asObject, type JsonObject } from '../api/json.ts';
import { type ApiObject, parseMeta } from '../api/object-meta.ts';
import type { ResourceType } from '../api/resource-type.ts';
import type { PendingEvent } from './event-queue.ts';

/** core/v1 Event; Herald only writes it. */
export const eventResource: ResourceType<ApiObject> = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  parse: (json) => ({ meta: parseMeta(asObject(json)) }),
};

/** Who reports. */
export interface EventSource {
  /** `herald-controller` or `herald-speaker`. */
  readonly component: string;
  /** The Pod or the node. */
  readonly instance: string;
  /** The node's name; '' for a component that is not bound to one. */
  readonly host: string;
}

/** The API server refuses longer messages in events.k8s.io/v1 (`note`). */
const maxMessageLength = 1024;
/** Names have 253 characters (RFC 1123 subdomain); the suffix takes 17. */
const maxBaseLength = 236;

/** Events on cluster-scoped objects go where kubectl looks for them: into the namespace `default`. */
export function eventNamespace(regardingNamespace: string): string {
  return regardingNamespace === '' ? 'default' : regardingNamespace;
}

/** `<object>.<hex>`, as client-go names them. */
export function eventName(objectName: string, suffix: bigint): string {
  return `${objectName.slice(0, maxBaseLength)}.${suffix.toString(16)}`;
}

export function eventJson(name: string, pending: PendingEvent, source: EventSource): JsonObject {
  const { regarding, type, reason } = pending.event;
  return {
    metadata: { namespace: eventNamespace(regarding.namespace), name },
    involvedObject: {
      apiVersion: regarding.apiVersion,
      kind: regarding.kind,
      name: regarding.name,
      uid: regarding.uid,
      ...(regarding.namespace === '' ? {} : { namespace: regarding.namespace }),
    },
    type,
    reason,
    message: eventMessage(pending),
    count: pending.count,
    firstTimestamp: eventTime(pending.firstMs),
    lastTimestamp: eventTime(pending.lastMs),
    source: { component: source.component, ...(source.host === '' ? {} : { host: source.host }) },
    reportingComponent: source.component,
    reportingInstance: source.instance,
  };
}

export function eventMessage({ event: { message } }: PendingEvent): string {
  return message.length <= maxMessageLength ? message : `${message.slice(0, maxMessageLength - 1)}…`;
}

/** metav1.Time: whole seconds. */
export function eventTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
