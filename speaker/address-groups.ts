import type { ObjectKey } from '../shared/api/object-meta.ts';
import { compareAddresses, type IpAddress } from '../shared/net/address.ts';

/** An address as a Service's status names it. */
export interface ServiceAddress {
  /** Canonical text. */
  readonly ip: string;
  readonly address: IpAddress;
}

export interface AddressedService {
  readonly key: ObjectKey;
  /** Not empty. */
  readonly addresses: readonly ServiceAddress[];
}

/** Services and addresses that move together: whoever owns one of them owns them all. */
export interface AddressGroup<S extends AddressedService> {
  /** The one that goes into the election's digest: the lowest IPv4 address, or the lowest IPv6 where it has none. */
  readonly electedBy: string;
  /** IPv4 before IPv6, each ascending. */
  readonly ips: readonly string[];
  /** By key, ascending. */
  readonly services: readonly S[];
}

/**
 * Splits Services into address groups: all Services that share an address, and all addresses of one Service, are in
 * one group. The result, in the order of `electedBy`, does not depend on the order of the input.
 */
export function groupByAddress<S extends AddressedService>(services: Iterable<S>): readonly AddressGroup<S>[] {
  const forest = new Forest<S>();
  for (const service of services) forest.add(service);
  return forest.groups().map(toGroup).sort(byElectedBy);
}

/** Union-find over Services, joined where they name the same address. BOUNDED by the Services it was given. */
class Forest<S extends AddressedService> {
  readonly #services: S[] = [];
  readonly #parents: number[] = [];
  readonly #firstByIp = new Map<string, number>();

  add(service: S): void {
    const id = this.#services.length;
    this.#services.push(service);
    this.#parents.push(id);
    for (const { ip } of service.addresses) {
      const first = this.#firstByIp.get(ip);
      if (first === undefined) this.#firstByIp.set(ip, id);
      else this.#parents[this.#rootOf(id)] = this.#rootOf(first);
    }
  }

  groups(): S[][] {
    const byRoot = new Map<number, S[]>();
    this.#services.forEach((service, id) => {
      const root = this.#rootOf(id);
      const members = byRoot.get(root);
      if (members === undefined) byRoot.set(root, [service]);
      else members.push(service);
    });
    return [...byRoot.values()];
  }

  #rootOf(id: number): number {
    let root = id;
    for (let parent = this.#parents[root]; parent !== undefined && parent !== root; parent = this.#parents[root]) {
      root = parent;
    }
    // Path compression keeps later look-ups short.
    this.#parents[id] = root;
    return root;
  }
}

function toGroup<S extends AddressedService>(members: readonly S[]): AddressGroup<S> {
  const byIp = new Map<string, IpAddress>();
  for (const { addresses } of members) {
    for (const { ip, address } of addresses) byIp.set(ip, address);
  }
  const ips = [...byIp].sort(([, a], [, b]) => compareAddresses(a, b)).map(([ip]) => ip);
  const services = members.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { electedBy: ips[0] ?? '', ips, services };
}

function byElectedBy(a: { readonly electedBy: string }, b: { readonly electedBy: string }): number {
  return a.electedBy < b.electedBy ? -1 : a.electedBy > b.electedBy ? 1 : 0;
}
