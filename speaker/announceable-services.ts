import { allocatedFromPoolAnnotation } from '../shared/api/annotations.ts';
import { anySelectorMatches } from '../shared/api/label-selector.ts';
import { keyOf, type ObjectKey } from '../shared/api/object-meta.ts';
import type { Service } from '../shared/api/service.ts';
import type { Advertisement, Config } from '../shared/config/model.ts';
import { poolOf } from '../shared/config/pool-of.ts';
import { canonicalAddress, parseAddress } from '../shared/net/address.ts';
import type { AddressedService, ServiceAddress } from './address-groups.ts';

export interface AnnounceableAddress extends ServiceAddress {
  /** Undefined: in no pool of the config in force. */
  readonly pool: string | undefined;
  /** Those of its pool that also match the Service, in the order of the config. */
  readonly advertisements: readonly Advertisement[];
}

/** A Service that has addresses and is ours to announce. */
export interface AnnounceableService extends AddressedService {
  readonly key: ObjectKey;
  readonly service: Service;
  readonly addresses: readonly AnnounceableAddress[];
}

/** Is it of the type and class that this installation serves (KEP-1959), and not headless? */
export function isOurs(service: Service, loadBalancerClass: string | undefined): boolean {
  return (
    service.type === 'LoadBalancer' && service.loadBalancerClass === loadBalancerClass && service.clusterIPs.length > 0
  );
}

/** Decides whether an advertisement is about addresses that the Service has from this pool; undefined where it is. */
export function whyNotAdvertised(
  { pools, serviceSelectors }: Advertisement,
  pool: string,
  service: Service,
): 'poolNotSelected' | 'serviceNotSelected' | undefined {
  if (!pools.includes(pool)) return 'poolNotSelected';
  return anySelectorMatches(serviceSelectors, service.meta.labels) ? undefined : 'serviceNotSelected';
}

/**
 * May the change of a Service change a plan? Conditions alone, most of which speakers and controller write themselves,
 * do not.
 */
export function changesPlan(before: Service, after: Service): boolean {
  return fingerprint(before) !== fingerprint(after);
}

function fingerprint(service: Service): string {
  const { meta, type, loadBalancerClass, clusterIPs, externalTrafficPolicy, ingress } = service;
  const { uid, labels, annotations } = meta;
  return JSON.stringify([
    [uid, type, loadBalancerClass, clusterIPs.length > 0, externalTrafficPolicy],
    ingress.map(({ ip }) => ip),
    annotations[allocatedFromPoolAnnotation],
    Object.entries(labels).sort(),
  ]);
}

/**
 * Reads Services for one config, each object once: caches hand out the same object until it changes. BOUNDED: the
 * memory is weak.
 */
export class AnnounceableServices {
  readonly #config: Config;
  readonly #loadBalancerClass: string | undefined;
  readonly #read = new WeakMap<Service, { readonly result: AnnounceableService | undefined }>();

  constructor(config: Config, loadBalancerClass: string | undefined) {
    this.#config = config;
    this.#loadBalancerClass = loadBalancerClass;
  }

  /** Undefined where the Service is not ours or has no address yet. */
  read(service: Service): AnnounceableService | undefined {
    const known = this.#read.get(service);
    if (known !== undefined) return known.result;
    const result = isOurs(service, this.#loadBalancerClass) ? this.#readOurs(service) : undefined;
    this.#read.set(service, { result });
    return result;
  }

  #readOurs(service: Service): AnnounceableService | undefined {
    const addresses = service.ingress.flatMap(({ ip }) => (ip === undefined ? [] : this.#readAddress(service, ip)));
    return addresses.length === 0 ? undefined : { key: keyOf(service.meta), service, addresses };
  }

  #readAddress(service: Service, text: string): readonly AnnounceableAddress[] {
    const ip = canonicalAddress(text);
    const address = parseAddress(text);
    if (ip === undefined || address === undefined) return [];
    const pool = poolOf(this.#config, address, service.meta.annotations[allocatedFromPoolAnnotation]);
    return [{ ip, address, pool, advertisements: this.#advertisementsOf(service, pool) }];
  }

  #advertisementsOf(service: Service, pool: string | undefined): readonly Advertisement[] {
    if (pool === undefined) return [];
    return this.#config.advertisements.filter(
      (advertisement) => whyNotAdvertised(advertisement, pool, service) === undefined,
    );
  }
}
