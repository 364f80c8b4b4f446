import { type JsonObject, readObject, readObjects, readString } from '../../../shared/api/json.ts';
import { eventually } from '../eventually.ts';
import type { KubeApi } from './kube-api.ts';
import { servicesPath } from './load-balancer-service.ts';

/** The addresses in a Service's status, in its order. */
export function addressesOf(service: JsonObject): readonly string[] {
  const ingress = readObjects(readObject(readObject(service, 'status'), 'loadBalancer'), 'ingress');
  return ingress.flatMap((entry) => readString(entry, 'ip') ?? []);
}

/** Waits until a Service of the default namespace has as many addresses, and returns them. */
export async function waitForAddresses(api: KubeApi, name: string, count = 1): Promise<readonly string[]> {
  return eventually(`Service ${name} has ${count} addresses`, async () => {
    const addresses = addressesOf(await api.get(`${servicesPath}/${name}`));
    return addresses.length === count ? addresses : undefined;
  });
}
