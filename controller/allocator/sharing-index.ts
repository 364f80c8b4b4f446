import type { IpAddress, IpFamily } from '../../shared/net/address.ts';
import type { SharingTerms } from './sharing.ts';

/** Addresses of one family that are held under one sharing key. */
interface Group {
  /** With the number of Services that hold each. */
  readonly holders: Map<bigint, number>;
  /** On which of them a port is taken. */
  readonly byPort: Map<string, Set<bigint>>;
}

/** Which addresses are held under which sharing key. Bounded by the Services that have one, and by their ports. */
export class SharingIndex {
  readonly #groups = new Map<string, Group>();

  add(address: IpAddress, terms: SharingTerms): void {
    if (terms.key === '') return;
    const name = groupName(address.family, terms.key);
    const group = this.#groups.get(name) ?? { holders: new Map(), byPort: new Map() };
    this.#groups.set(name, group);
    group.holders.set(address.value, (group.holders.get(address.value) ?? 0) + 1);
    for (const port of terms.ports) {
      const taken = group.byPort.get(port);
      if (taken === undefined) group.byPort.set(port, new Set([address.value]));
      else taken.add(address.value);
    }
  }

  remove(address: IpAddress, terms: SharingTerms): void {
    if (terms.key === '') return;
    const name = groupName(address.family, terms.key);
    const group = this.#groups.get(name);
    if (group === undefined) return;
    for (const port of terms.ports) {
      const taken = group.byPort.get(port);
      taken?.delete(address.value);
      if (taken?.size === 0) group.byPort.delete(port);
    }
    const holders = (group.holders.get(address.value) ?? 0) - 1;
    if (holders > 0) group.holders.set(address.value, holders);
    else group.holders.delete(address.value);
    if (group.holders.size === 0) this.#groups.delete(name);
  }

  /**
   * Addresses held under the same key on which none of the ports is taken. Where one of the ports is taken on all of
   * them, as with many Services that are alike, this is known without looking at each.
   */
  *candidates(family: IpFamily, terms: SharingTerms): Generator<IpAddress> {
    const group = this.#groups.get(groupName(family, terms.key));
    if (group === undefined) return;
    const taken = terms.ports.flatMap((port) => group.byPort.get(port) ?? []);
    if (taken.some((addresses) => addresses.size === group.holders.size)) return;
    for (const value of group.holders.keys()) {
      if (taken.every((addresses) => !addresses.has(value))) yield { family, value };
    }
  }
}

function groupName(family: IpFamily, key: string): string {
  return `${family} ${key}`;
}
