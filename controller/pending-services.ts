import type { Service } from '../shared/api/service.ts';
import type { Cache, Change } from '../shared/kube/informer.ts';

/** The Services without an address, as if there were no others. */
export function pendingServices(services: Cache<Service>): Cache<Service> {
  return {
    get synced() {
      return services.synced;
    },
    get size() {
      return [...services.values()].filter(isPending).length;
    },
    get: (key) => {
      const service = services.get(key);
      return service !== undefined && isPending(service) ? service : undefined;
    },
    values: () => [...services.values()].filter(isPending),
    onChange: (listener) =>
      services.onChange((change) => {
        const seen = changeOfPending(change);
        if (seen !== undefined) listener(seen);
      }),
  };
}

function isPending({ ingress }: Service): boolean {
  return ingress.length === 0;
}

function changeOfPending(change: Change<Service>): Change<Service> | undefined {
  const { object } = change;
  if (change.type !== 'modified') return isPending(object) ? change : undefined;
  const { previous } = change;
  if (isPending(object)) return isPending(previous) ? change : { type: 'added', object };
  return isPending(previous) ? { type: 'deleted', object: previous } : undefined;
}
