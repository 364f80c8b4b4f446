import type { ApiObject } from '../api/object-meta.ts';
import type { ResourceType } from '../api/resource-type.ts';
import type { ObjectName } from './api-client.ts';

/** `/api/v1/namespaces/default/services`; for all namespaces where `namespace` is ''. */
export function collectionPath<T extends ApiObject>(type: ResourceType<T>, namespace: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = type.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${type.plural}`;
}

export function objectPath<T extends ApiObject>(
  type: ResourceType<T>,
  { namespace, name }: ObjectName,
  subresource?: 'status',
): string {
  const path = `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** Parameters that are undefined or '' are left out. */
export function withQuery(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, value);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}
