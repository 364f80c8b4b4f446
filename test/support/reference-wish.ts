import type { Labels } from '../../shared/api/label-selector.ts';
import type { ObjectKey } from '../../shared/api/object-meta.ts';
import { formatAddress, type IpFamily, parseAddress } from '../../shared/net/address.ts';

/** What a Service asks for, in the tests' words. */
export interface Wish {
  readonly key: ObjectKey;
  readonly namespace: string;
  readonly createdMs: number;
  readonly labels: Labels;
  /** Of its cluster IPs, the primary first. */
  readonly families: readonly IpFamily[];
  readonly policy: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack';
  /** `TCP/80`. */
  readonly ports: readonly string[];
  readonly local: boolean;
  /** The selector's only label; undefined where there is no selector. */
  readonly app: string | undefined;
  /** '' shares with nobody. */
  readonly sharingKey: string;
  readonly pool: string | undefined;
  /** The texts of `spec.loadBalancerIP` and of the annotation, those that there are. */
  readonly asks: readonly string[];
}

/** The same key, no common port, and the same backends. */
export function mayShare(one: Wish, other: Wish): boolean {
  if (one.sharingKey === '' || one.sharingKey !== other.sharingKey) return false;
  if (one.ports.some((port) => other.ports.includes(port))) return false;
  if (!one.local && !other.local) return true;
  if (one.local !== other.local || one.app === undefined) return false;
  return one.app === other.app && one.namespace === other.namespace;
}

/** The addresses that are asked for, in the order of the families, or what is wrong with the question. */
export function readAsk({ families, policy, asks }: Wish): readonly string[] | string {
  if (policy === 'RequireDualStack' && families.length < 2) return 'notEnoughClusterIPs';
  if (asks.length > 1) return 'requestedTwice';
  const ips = (asks[0]?.split(',') ?? []).map((text) => {
    const address = parseAddress(text.trim());
    return address === undefined ? undefined : formatAddress(address);
  });
  if (ips.includes(undefined)) return 'unreadableAddress';
  const asked = ips.flatMap((ip) => ip ?? []);
  for (const [index, ip] of asked.entries()) {
    if (asked.slice(0, index).some((other) => familyOf(other) === familyOf(ip))) return 'twoOfOneFamily';
    if (!families.includes(familyOf(ip))) return 'familyNotServed';
  }
  if (policy === 'RequireDualStack' && asked.length === 1) return 'onlySomeFamilies';
  return families.flatMap((family) => asked.filter((ip) => familyOf(ip) === family));
}

export function familyOf(ip: string): IpFamily {
  return ip.includes(':') ? 'IPv6' : 'IPv4';
}
