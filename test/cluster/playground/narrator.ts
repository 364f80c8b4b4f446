import { readObject, readString } from '../../../shared/api/json.ts';
import type { KubeApi } from '../api/kube-api.ts';
import { addressesOf } from '../api/service-addresses.ts';
import { nameOf } from './table.ts';

/** Tells what happens in the cluster, line by line, until the signal aborts. */
export async function narrate(api: KubeApi, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const addresses = new Map<string, string>();
  const owners = new Map<string, string>();
  const events = new Set<string>();
  const tellWhenNew = (known: Map<string, string>, key: string, value: string, line: string): void => {
    if (known.get(key) === value) return;
    known.set(key, value);
    say(line);
  };
  await Promise.all([
    api.follow(
      '/api/v1/services',
      (type, service) => {
        if (readString(readObject(service, 'spec'), 'type') !== 'LoadBalancer' && !addresses.has(nameOf(service)))
          return;
        const name = nameOf(service);
        if (type === 'DELETED') {
          addresses.delete(name);
          say(`Service ${name} deleted`);
          return;
        }
        const given = addressesOf(service).join(', ');
        tellWhenNew(
          addresses,
          name,
          given,
          `Service ${name}: ${given === '' ? 'waits for an address' : `has ${given}`}`,
        );
      },
      signal,
    ),
    api.follow(
      '/apis/metallb.io/v1beta1/servicel2statuses',
      (type, object) => {
        const status = readObject(object, 'status');
        const service = `${readString(status, 'serviceNamespace') ?? ''}/${readString(status, 'serviceName') ?? ''}`;
        const node = readString(status, 'node') ?? '';
        if (type === 'DELETED' || node === '') return;
        tellWhenNew(owners, service, node, `Service ${service}: announced by ${node}`);
      },
      signal,
    ),
    api.follow(
      '/api/v1/events',
      (type, event) => {
        const reason = readString(event, 'reason') ?? '';
        const regarding = readObject(event, 'involvedObject');
        const about = `${readString(regarding, 'kind') ?? ''} ${readString(regarding, 'name') ?? ''}`;
        const line = `Event ${readString(event, 'type') ?? ''} ${reason} on ${about}: ${readString(event, 'message') ?? ''}`;
        if (type !== 'ADDED' || events.has(nameOf(event))) return;
        events.add(nameOf(event));
        say(line);
      },
      signal,
    ),
  ]);
}
