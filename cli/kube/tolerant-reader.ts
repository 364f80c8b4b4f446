import type { ApiObject } from '../../shared/api/object-meta.ts';
import type { ResourceType } from '../../shared/api/resource-type.ts';
import type { ApiClient, ObjectName } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { errorText } from '../../shared/runtime/error-text.ts';
import { type Unreadable, unknownKind } from '../cluster.ts';
import { type ListScope, listAll } from './list-all.ts';

/** Refusals that concern one kind: it is not there, or not for this user. All else concerns the API server. */
const aboutOneKind: readonly string[] = ['Forbidden', 'NotFound', 'BadRequest', 'Invalid'];

/** Reads what may be read, and notes the rest. */
export class TolerantReader {
  readonly #client: ApiClient;
  /** BOUNDED by the kinds that commands read. */
  readonly #unreadable = new Map<string, string>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  get unreadable(): readonly Unreadable[] {
    return [...this.#unreadable].map(([resource, why]) => ({ resource, why }));
  }

  /** Empty where the kind can't be read. @throws ApiError where the API server can't be asked */
  list<T extends ApiObject>(type: ResourceType<T>, scope: ListScope): Promise<readonly T[]> {
    return this.#tolerate(type, [], () => listAll(this.#client, type, scope));
  }

  /** Undefined where it is not there, or can't be read. @throws ApiError where the API server can't be asked */
  get<T extends ApiObject>(type: ResourceType<T>, name: ObjectName): Promise<T | undefined> {
    return this.#tolerate<T, T | undefined>(type, undefined, () => this.#client.get(type, name));
  }

  async #tolerate<T extends ApiObject, R>(type: ResourceType<T>, otherwise: R, read: () => Promise<R>): Promise<R> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ApiError) || !aboutOneKind.includes(error.code)) throw error;
      const why = error.code === 'NotFound' ? unknownKind : errorText(error);
      this.#unreadable.set(type.plural, why);
      return otherwise;
    }
  }
}
