import { annotationNames, findAnnotation } from '../../shared/api/annotations.ts';
import type { Labels } from '../../shared/api/label-selector.ts';
import { keyOf, type ObjectKey } from '../../shared/api/object-meta.ts';
import type { Service } from '../../shared/api/service.ts';
import { type IpAddress, type IpFamily, parseAddress } from '../../shared/net/address.ts';
import { type FamilyWish, familiesWanted, inFamilyOrder } from './families.ts';
import { type SharingTerms, sharingTerms } from './sharing.ts';

/** Why a Service's wish can't be read. */
export type RequestProblem =
  | { readonly reason: 'requestedTwice' }
  | { readonly reason: 'unreadableAddress'; readonly text: string }
  | { readonly reason: 'twoOfOneFamily'; readonly family: IpFamily }
  | { readonly reason: 'familyNotServed'; readonly address: IpAddress; readonly families: readonly IpFamily[] }
  | { readonly reason: 'onlySomeFamilies'; readonly missing: IpFamily }
  | { readonly reason: 'notEnoughClusterIPs' };

/** What a Service wants of the allocator. */
export interface AllocationRequest {
  readonly key: ObjectKey;
  readonly namespace: string;
  readonly labels: Labels;
  readonly createdMs: number;
  readonly wish: FamilyWish;
  /** From the annotation `address-pool`. */
  readonly pool: string | undefined;
  /** Asked for by address, at most one per family, in the order of `wish.families`. */
  readonly addresses: readonly IpAddress[];
  readonly terms: SharingTerms;
  readonly problem: RequestProblem | undefined;
}

/** Decides whether a Service is one of ours: with a class we serve only that class, without one only those that have none. */
export function isOurs(service: Service, loadBalancerClass: string | undefined): boolean {
  return (
    service.type === 'LoadBalancer' &&
    service.loadBalancerClass === loadBalancerClass &&
    service.clusterIPs.length > 0 &&
    !service.meta.deleting
  );
}

export function readRequest(service: Service): AllocationRequest {
  const { annotations, namespace, labels, createdMs } = service.meta;
  const clusterIPs = service.clusterIPs.map(parseAddress).filter((ip) => ip !== undefined);
  const wish = familiesWanted(clusterIPs, service.ipFamilies, service.ipFamilyPolicy);
  const key = keyOf(service.meta);
  const wanted = wish ?? { families: clusterIPs.map((ip) => ip.family), quantity: 'all' };
  const requested = wish === undefined ? notEnough : readAddresses(service, wanted);
  return {
    key,
    namespace,
    labels,
    createdMs,
    wish: wanted,
    pool: findAnnotation(annotations, annotationNames.addressPool)?.value,
    addresses: requested.addresses,
    problem: requested.problem,
    terms: sharingTerms({
      key,
      sharingKey: findAnnotation(annotations, annotationNames.allowSharedIp)?.value ?? '',
      namespace,
      ports: service.ports,
      policy: service.externalTrafficPolicy,
      selector: service.selector,
    }),
  };
}

/** True where any of our annotations stands under the prefix of v0.12 only. */
export function usesDeprecatedAnnotation(service: Service): boolean {
  return Object.values(annotationNames).some((name) => findAnnotation(service.meta.annotations, name)?.deprecated);
}

interface RequestedAddresses {
  readonly addresses: readonly IpAddress[];
  readonly problem: RequestProblem | undefined;
}

const notEnough: RequestedAddresses = { addresses: [], problem: { reason: 'notEnoughClusterIPs' } };

function readAddresses(service: Service, wish: FamilyWish): RequestedAddresses {
  const annotation = findAnnotation(service.meta.annotations, annotationNames.loadBalancerIPs)?.value;
  const field = service.loadBalancerIP;
  if (annotation !== undefined && field !== undefined) return { addresses: [], problem: { reason: 'requestedTwice' } };
  const text = annotation ?? field;
  if (text === undefined) return { addresses: [], problem: undefined };

  const addresses: IpAddress[] = [];
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const address = parseAddress(part);
    if (address === undefined) return { addresses: [], problem: { reason: 'unreadableAddress', text: part } };
    addresses.push(address);
  }
  const problem = familyProblem(addresses, wish);
  if (problem !== undefined) return { addresses: [], problem };
  return { addresses: inFamilyOrder(addresses, wish.families, (address) => address.family), problem: undefined };
}

function familyProblem(addresses: readonly IpAddress[], wish: FamilyWish): RequestProblem | undefined {
  for (const [index, address] of addresses.entries()) {
    const { family } = address;
    if (addresses.findIndex((other) => other.family === family) !== index) return { reason: 'twoOfOneFamily', family };
    if (!wish.families.includes(family)) return { reason: 'familyNotServed', address, families: wish.families };
  }
  if (wish.quantity === 'some') return undefined;
  const missing = wish.families.find((family) => addresses.every((address) => address.family !== family));
  return missing === undefined ? undefined : { reason: 'onlySomeFamilies', missing };
}
