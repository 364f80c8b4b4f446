import type { ApiClient } from '../shared/kube/api-client.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import type { WriteResult } from './metrics.ts';

export interface WriteCounter {
  wrote(resource: string, result: WriteResult): void;
}

/** The client of those whose writes are counted: what was sent, and what came of it. */
export function countedClient(client: ApiClient, counter: WriteCounter): ApiClient {
  const counting = async <R>(resource: string, write: () => Promise<R>): Promise<R> => {
    try {
      const result = await write();
      counter.wrote(resource, 'ok');
      return result;
    } catch (error) {
      counter.wrote(resource, resultOf(error));
      throw error;
    }
  };
  return {
    get: (type, name, signal) => client.get(type, name, signal),
    list: (type, options) => client.list(type, options),
    watch: (type, options) => client.watch(type, options),
    create: (type, object, options) => counting(type.plural, () => client.create(type, object, options)),
    update: (type, object, options) => counting(type.plural, () => client.update(type, object, options)),
    patch: (type, name, patch, options) => counting(type.plural, () => client.patch(type, name, patch, options)),
    delete: (type, name, signal) => counting(type.plural, () => client.delete(type, name, signal)),
  };
}

function resultOf(error: unknown): WriteResult {
  if (!(error instanceof ApiError)) return 'failed';
  if (error.code === 'NotFound') return 'gone';
  return error.code === 'Conflict' || error.code === 'AlreadyExists' ? 'conflict' : 'failed';
}
