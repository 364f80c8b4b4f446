import type { ApiObject } from '../api/object-meta.ts';
import type { ResourceType } from '../api/resource-type.ts';
import type { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';

export interface KindQuestion {
  /** Where the caller may list it. */
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** False where the API server does not know the kind, or any more, or does not answer. */
export async function kindServed<T extends ApiObject>(
  client: Pick<ApiClient, 'list'>,
  type: ResourceType<T>,
  { namespace, signal }: KindQuestion,
): Promise<boolean> {
  try {
    await client.list(type, { namespace, limit: 1, signal });
    return true;
  } catch (error) {
    if (signal.aborted || error instanceof ApiError) return false;
    throw error;
  }
}
