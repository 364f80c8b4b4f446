import type { IpFamilyPolicy } from '../../shared/api/service.ts';
import type { IpAddress, IpFamily } from '../../shared/net/address.ts';

/** The families that a Service is to have, the primary first. */
export interface FamilyWish {
  readonly families: readonly IpFamily[];
  /** `all`: all of them or none. `some`: as many as one pool can give. */
  readonly quantity: 'all' | 'some';
}

/**
 * Kubernetes' "IPv4/IPv6 dual-stack": the cluster IPs say what a Service has, `ipFamilyPolicy` what it insists on.
 * Undefined for RequireDualStack with a single cluster IP.
 */
export function familiesWanted(
  clusterIPs: readonly IpAddress[],
  ipFamilies: readonly IpFamily[],
  policy: IpFamilyPolicy,
): FamilyWish | undefined {
  const present = new Set(clusterIPs.map((ip) => ip.family));
  if (policy === 'RequireDualStack' && present.size < 2) return undefined;
  const ordered = new Set([...ipFamilies.filter((family) => present.has(family)), ...present]);
  return { families: [...ordered], quantity: present.size > 1 && policy !== 'RequireDualStack' ? 'some' : 'all' };
}

/** Puts one item per family into the order of `families`; what belongs to no wanted family is left out. */
export function inFamilyOrder<T>(
  items: readonly T[],
  families: readonly IpFamily[],
  familyOf: (item: T) => IpFamily,
): readonly T[] {
  if (items.every((item, index) => familyOf(item) === families[index])) return items;
  return families.flatMap((family) => items.filter((item) => familyOf(item) === family).slice(0, 1));
}
