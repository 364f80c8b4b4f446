import { asObject, readObject, readString, readText } from '../../shared/api/json.ts';
import { type ObjectMeta, parseMeta, parseTime } from '../../shared/api/object-meta.ts';
import type { ResourceType } from '../../shared/api/resource-type.ts';

/** What `doctor` uses of a core/v1 Event. */
export interface RecentEvent {
  readonly meta: ObjectMeta;
  readonly reason: string;
  readonly message: string;
  readonly regarding: { readonly kind: string; readonly namespace: string; readonly name: string };
  /** Unix ms. */
  readonly lastMs: number;
}

export const recentEventResource: ResourceType<RecentEvent> = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  parse: (json) => {
    const root = asObject(json);
    const regarding = readObject(root, 'involvedObject');
    const meta = parseMeta(root);
    return {
      meta,
      reason: readText(root, 'reason'),
      message: readText(root, 'message'),
      regarding: {
        kind: readText(regarding, 'kind'),
        namespace: readText(regarding, 'namespace'),
        name: readText(regarding, 'name'),
      },
      lastMs: parseTime(readString(root, 'lastTimestamp') ?? readString(root, 'eventTime')) ?? meta.createdMs,
    };
  },
};
