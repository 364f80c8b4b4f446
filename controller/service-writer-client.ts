import { allocatedFromPoolAnnotation } from '../shared/api/annotations.ts';
import { keyOf, type ObjectKey } from '../shared/api/object-meta.ts';
import { referenceTo } from '../shared/api/resource-type.ts';
import { type Service, serviceResource } from '../shared/api/service.ts';
import type { ApiClient } from '../shared/kube/api-client.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import type { EventRecorder } from '../shared/kube/event-recorder.ts';
import type { WriteThroughCache } from '../shared/kube/informer.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { WorkOutcome } from '../shared/runtime/work-queue.ts';
import type { ServiceEvent } from './service-events.ts';
import type { ServiceWrites } from './service-writes.ts';

export interface ServiceWriterOptions {
  readonly client: ApiClient;
  readonly services: Pick<WriteThroughCache<Service>, 'wrote'>;
  readonly events: EventRecorder;
  readonly log: Log;
}

/**
 * Writes to Services, each write on condition that nobody else wrote in between: the object that it was worked out from
 * is the one that it changes.
 */
export class ServiceWriter {
  readonly #options: ServiceWriterOptions;
  /**
   * Events of a write whose answer has not come: told once the object is seen to say the same. Bounded by the number
   * of Services.
   */
  readonly #untold = new Map<ObjectKey, readonly ServiceEvent[]>();
  #failing = false;

  constructor(options: ServiceWriterOptions) {
    this.#options = options;
  }

  forget(key: ObjectKey): void {
    this.#untold.delete(key);
  }

  /** Carries the writes out, and tells the events once they are written. */
  async write(service: Service, writes: ServiceWrites, events: readonly ServiceEvent[]): Promise<WorkOutcome> {
    const key = keyOf(service.meta);
    if (events.length > 0) this.#untold.set(key, events);
    // Of a Service that left us the watch may come before the answer, and have all of it forgotten.
    const untold = this.#untold.get(key) ?? [];
    try {
      this.#tell(await this.#patch(service, writes), untold);
      return { type: 'done' };
    } catch (error) {
      return this.#outcomeOf(error, key);
    }
  }

  /** One request for both: a Service's status subresource takes metadata too, as cloud controllers use it. */
  async #patch(service: Service, { status, pools }: ServiceWrites): Promise<Service> {
    if (status === undefined && pools === undefined) return service;
    const { namespace, name, resourceVersion } = service.meta;
    const annotations = pools === undefined ? {} : { annotations: { [allocatedFromPoolAnnotation]: pools } };
    const body = { metadata: { resourceVersion, ...annotations }, ...(status === undefined ? {} : { status }) };
    const patch = { type: 'merge', body } as const;
    const written = await this.#options.client.patch(serviceResource, { namespace, name }, patch, {
      subresource: 'status',
    });
    this.#failing = false;
    this.#options.services.wrote(service, written);
    return written;
  }

  #tell(service: Service, events: readonly ServiceEvent[]): void {
    const key = keyOf(service.meta);
    const regarding = referenceTo(serviceResource, service);
    for (const event of events) {
      this.#options.events.record({ regarding, ...event });
      this.#options.log.info('service-event', { service: key, reason: event.reason, message: event.message });
    }
    this.#untold.delete(key);
  }

  #outcomeOf(error: unknown, key: ObjectKey): WorkOutcome {
    if (!(error instanceof ApiError)) throw error;
    switch (error.code) {
      case 'NotFound':
        this.forget(key);
        return { type: 'done' };
      case 'NotLeading':
        // Refused before it was sent: where the object comes to say it after all, the new leader wrote that, and tells it.
        this.#untold.delete(key);
        this.#noteFailure(error);
        return { type: 'retry' };
      case 'Conflict':
        // Somebody else wrote: the retry starts from what the watch brings.
        return { type: 'retry' };
      default:
        this.#noteFailure(error);
        return error.retryAfterMs === undefined
          ? { type: 'retry' }
          : { type: 'retry', retryAfterMs: error.retryAfterMs };
    }
  }

  /** The first of many failures is logged, not each. */
  #noteFailure(error: ApiError): void {
    if (!this.#failing) this.#options.log.warn('service-writes-failing', { error });
    this.#failing = true;
  }
}
