import type { Condition } from '../../shared/api/condition.ts';
import type { JsonObject } from '../../shared/api/json.ts';
import { type Node, nodeResource } from '../../shared/api/node.ts';
import { type ApiObject, keyOf } from '../../shared/api/object-meta.ts';
import { conditionTypes, eventReasons } from '../../shared/api/reasons.ts';
import { type ResourceType, referenceTo } from '../../shared/api/resource-type.ts';
import { type Service, serviceResource } from '../../shared/api/service.ts';
import { conditionsJson, findCondition, sameVerdict, type Verdict, withVerdict } from '../../shared/api/verdict.ts';
import type { ApiClient, Patch } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import type { EventRecorder } from '../../shared/kube/event-recorder.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { WorkOutcome } from '../../shared/runtime/work-queue.ts';
import { WritePace } from '../write-pace.ts';
import { isConcerned, isOurs, signature } from './report.ts';

export interface StrictArpWriterOptions {
  readonly client: ApiClient;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the installation. */
  readonly namespace: string;
  readonly loadBalancerClass: string | undefined;
}

type Conditioned = ApiObject & { readonly conditions: readonly Condition[] };

const type = conditionTypes.strictArpRequired;
const done: WorkOutcome = { type: 'done' };

/** Writes the condition, each time on condition that nobody else wrote in between, and the event when it appears. */
export class StrictArpWriter {
  readonly #options: StrictArpWriterOptions;
  /** By object. BOUNDED by the Services and Nodes that were written: `forget` drops those that are gone. */
  readonly #paces = new Map<string, WritePace>();
  #failing = false;

  constructor(options: StrictArpWriterOptions) {
    this.#options = options;
  }

  /** The object is gone. */
  forget(resource: ResourceType<ApiObject>, object: ApiObject): void {
    this.#paces.delete(nameOf(resource, object));
  }

  /** `settledInMs`: until then nothing is taken back. */
  async writeService(
    service: Service | undefined,
    verdict: Verdict | undefined,
    settledInMs: number,
  ): Promise<WorkOutcome> {
    const { loadBalancerClass, clock } = this.#options;
    if (service === undefined || !isOurs(service, loadBalancerClass)) return done;
    const wanted = isConcerned(service, loadBalancerClass) ? verdict : undefined;
    if (isSaid(service, wanted)) return done;
    if (wanted === undefined && settledInMs > 0) return { type: 'again', delayMs: settledInMs };
    const { generation, resourceVersion } = service.meta;
    const conditions =
      wanted === undefined
        ? service.conditions.filter((condition) => condition.type !== type)
        : withVerdict(service.conditions, wanted, { generation, wallMs: clock.wallMs() });
    const body = { metadata: { resourceVersion }, status: { conditions: conditionsJson(conditions) } };
    return this.#write(serviceResource, { object: service, patch: { type: 'merge', body }, verdict: wanted });
  }

  async writeNode(node: Node | undefined, verdict: Verdict | undefined, settledInMs: number): Promise<WorkOutcome> {
    if (node === undefined || isSaid(node, verdict)) return done;
    if (verdict === undefined && settledInMs > 0) return { type: 'again', delayMs: settledInMs };
    const before = findCondition(node.conditions, type);
    if (before !== undefined && !before.message.endsWith(signature(this.#options.namespace))) return done;
    const now = new Date(this.#options.clock.wallMs()).toISOString().replace(/\.\d+Z$/, 'Z');
    // The kubelet's own conditions in the same list have fields that we do not know.
    const condition: JsonObject =
      verdict === undefined
        ? { type, $patch: 'delete' }
        : { ...verdict, lastHeartbeatTime: now, lastTransitionTime: before?.lastTransitionTime || now };
    const { resourceVersion } = node.meta;
    const body = { metadata: { resourceVersion }, status: { conditions: [condition] } };
    return this.#write(nodeResource, { object: node, patch: { type: 'strategic', body }, verdict });
  }

  async #write<T extends Conditioned>(
    resource: ResourceType<T>,
    { object, patch, verdict }: { object: T; patch: Patch; verdict: Verdict | undefined },
  ): Promise<WorkOutcome> {
    const { client, events, clock, log } = this.#options;
    const { namespace, name } = object.meta;
    const pace = this.#paceOf(nameOf(resource, object)).take(clock.now());
    if (!pace.write) {
      if (pace.say) log.warn('strict-arp-condition-contested', { object: nameOf(resource, object) });
      return { type: 'again', delayMs: pace.delayMs };
    }
    try {
      await client.patch(resource, { namespace, name }, patch, { subresource: 'status' });
    } catch (error) {
      return this.#outcomeOf(error);
    }
    this.#failing = false;
    if (verdict !== undefined && findCondition(object.conditions, type) === undefined) {
      const { message } = verdict;
      const regarding = referenceTo(resource, object);
      events.record({ regarding, type: 'Warning', reason: eventReasons.strictArpRequired, message });
    }
    return done;
  }

  #paceOf(name: string): WritePace {
    const pace = this.#paces.get(name) ?? new WritePace(this.#options.clock.now());
    this.#paces.set(name, pace);
    return pace;
  }

  #outcomeOf(error: unknown): WorkOutcome {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 'NotFound') return done;
    const expected = error.code === 'Conflict' || error.code === 'NotLeading';
    if (!expected && !this.#failing) this.#options.log.warn('strict-arp-condition-not-written', { error });
    this.#failing ||= !expected;
    return error.retryAfterMs === undefined ? { type: 'retry' } : { type: 'retry', retryAfterMs: error.retryAfterMs };
  }
}

function nameOf({ kind }: ResourceType<ApiObject>, { meta }: ApiObject): string {
  return `${kind} ${keyOf(meta)}`;
}

function isSaid({ conditions }: Conditioned, verdict: Verdict | undefined): boolean {
  const said = findCondition(conditions, type);
  return verdict === undefined ? said === undefined : said !== undefined && sameVerdict(said, verdict);
}
