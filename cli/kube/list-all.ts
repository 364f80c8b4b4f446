import type { ApiObject } from '../../shared/api/object-meta.ts';
import type { ResourceType } from '../../shared/api/resource-type.ts';
import type { ApiClient, ListOptions } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';

const pageSize = 500;

export type ListScope = Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector' | 'signal'>;

/**
 * Every object of a kind, page by page.
 * @throws ApiError
 */
export async function listAll<T extends ApiObject>(
  client: ApiClient,
  type: ResourceType<T>,
  scope: ListScope,
): Promise<readonly T[]> {
  try {
    return await listPages(client, type, { ...scope, limit: pageSize });
  } catch (error) {
    // The list grew too old between two pages: once more, in one piece.
    if (error instanceof ApiError && error.code === 'Expired') return listPages(client, type, scope);
    throw error;
  }
}

async function listPages<T extends ApiObject>(
  client: ApiClient,
  type: ResourceType<T>,
  options: ListOptions,
): Promise<readonly T[]> {
  const found: T[] = [];
  let continueToken = '';
  do {
    const page = await client.list(type, continueToken === '' ? options : { ...options, continueToken });
    for (const item of page.items) found.push(type.parse(item));
    continueToken = page.continueToken;
  } while (continueToken !== '');
  return found;
}
