import type { Condition } from '../../shared/api/condition.ts';
import type { JsonObject } from '../../shared/api/json.ts';
import type { ObjectKey } from '../../shared/api/object-meta.ts';
import { eventReasons } from '../../shared/api/reasons.ts';
import { referenceTo } from '../../shared/api/resource-type.ts';
import { type Service, serviceResource } from '../../shared/api/service.ts';
import { serviceL2StatusResource } from '../../shared/api/service-l2-status.ts';
import type { ApiClient } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import type { EventRecorder } from '../../shared/kube/event-recorder.ts';
import { l2StatusAnnotations, l2StatusLabels, l2StatusName, l2StatusObject, l2StatusStatus } from './l2-status.ts';
import type { ReportAction } from './service-report.ts';

type PutL2Status = Extract<ReportAction, { type: 'putL2Status' }>;

export interface ReportWriterOptions {
  readonly client: ApiClient;
  readonly events: EventRecorder;
  /** Of the installation: ServiceL2Status objects live there. */
  readonly namespace: string;
}

/** Carries out what a report asks for. */
export class ReportWriter {
  readonly #options: ReportWriterOptions;
  /**
   * Events of which the caches do not show the cause yet: they lag behind our writes, and an event must not come
   * twice. BOUNDED by two per Service: `seen` drops them.
   */
  readonly #told = new Map<string, string>();

  constructor(options: ReportWriterOptions) {
    this.#options = options;
  }

  /**
   * @throws ApiError; `Conflict` where the Service has changed since: the report has to be made anew.
   */
  async write(key: ObjectKey, action: ReportAction): Promise<void> {
    switch (action.type) {
      case 'putL2Status':
        return this.#putL2Status(key, action);
      case 'deleteL2Status': {
        const name = { namespace: this.#options.namespace, name: l2StatusName(key) };
        await this.#options.client.delete(serviceL2StatusResource, name);
        return;
      }
      case 'setConditions':
        return this.#setConditions(action.service, action.conditions);
      case 'nodeAssigned':
        return this.#tell(key, action.service, {
          type: 'Normal',
          reason: eventReasons.nodeAssigned,
          message: `announcing from node "${action.node}" with protocol "layer2"`,
        });
      case 'notAnnounced':
        return this.#tell(key, action.service, {
          type: 'Warning',
          reason: eventReasons.notAnnounced,
          message: action.announced.message,
        });
    }
  }

  /** The caches show what the event was about, or the Service is gone. */
  seen(key: ObjectKey, type: 'nodeAssigned' | 'notAnnounced'): void {
    this.#told.delete(`${eventReasons[type]} ${key}`);
  }

  #tell(
    key: ObjectKey,
    service: Service,
    event: { type: 'Normal' | 'Warning'; reason: string; message: string },
  ): void {
    const about = `${event.reason} ${key}`;
    if (this.#told.get(about) === event.message) return;
    this.#told.set(about, event.message);
    this.#options.events.record({ regarding: referenceTo(serviceResource, service), ...event });
  }

  async #putL2Status(key: ObjectKey, { announcement, exists, labels, status }: PutL2Status): Promise<void> {
    const { client, namespace } = this.#options;
    const name = { namespace, name: l2StatusName(key) };
    if (!exists) await this.#createL2Status(l2StatusObject(namespace, name.name, announcement));
    // Another speaker may have created it meanwhile: its labels are then not ours.
    if (exists && labels) {
      const metadata = { labels: l2StatusLabels(announcement), annotations: l2StatusAnnotations(announcement) };
      const body = { metadata };
      await client.patch(serviceL2StatusResource, name, { type: 'merge', body });
    }
    if (status) {
      const body = { status: l2StatusStatus(announcement) };
      await client.patch(serviceL2StatusResource, name, { type: 'merge', body }, { subresource: 'status' });
    }
  }

  async #createL2Status(object: JsonObject): Promise<void> {
    try {
      await this.#options.client.create(serviceL2StatusResource, object);
    } catch (error) {
      // It is there, and the cache will say so; labels of another owner are put right then.
      if (!(error instanceof ApiError) || error.code !== 'AlreadyExists') throw error;
    }
  }

  /** Guarded by the version that the conditions were read from: the controller writes its own into the same list. */
  async #setConditions(service: Service, conditions: readonly Condition[]): Promise<void> {
    const { namespace, name, resourceVersion } = service.meta;
    const body: JsonObject = {
      metadata: { resourceVersion },
      status: { conditions: conditions.map((condition) => ({ ...condition })) },
    };
    await this.#options.client.patch(
      serviceResource,
      { namespace, name },
      { type: 'merge', body },
      { subresource: 'status' },
    );
  }
}
