import type { ApiClient } from '../../shared/kube/api-client.ts';
import { type RecentEvent, recentEventResource } from '../doctor/recent-event.ts';
import { TolerantReader } from './tolerant-reader.ts';

/**
 * The events about a Service; none where they may not be read.
 * @throws ApiError where the API server can't be asked
 */
export function readServiceEvents(
  client: ApiClient,
  service: { readonly namespace: string; readonly name: string },
): Promise<readonly RecentEvent[]> {
  const fieldSelector = `involvedObject.kind=Service,involvedObject.name=${service.name}`;
  return new TolerantReader(client).list(recentEventResource, { namespace: service.namespace, fieldSelector });
}
