import type { DatapathTable, Link } from './datapath/table.ts';

/** The addresses that this node's datapath answers for. BOUNDED by the addresses of the tables it was sent. */
export class OwnedAddresses {
  readonly #ips = new Set<string>();

  take(ip: string): void {
    this.#ips.add(ip);
  }

  giveUp(ip: string): void {
    this.#ips.delete(ip);
  }

  get size(): number {
    return this.#ips.size;
  }

  /** Each with the names of the interfaces on which it is answered. */
  interfaces(table: DatapathTable, links: readonly Link[]): ReadonlyMap<string, readonly string[]> {
    const names = new Map(links.map(({ index, name }) => [index, name]));
    const result = new Map<string, readonly string[]>();
    for (const { ip, interfaces } of table.vips) {
      if (this.#ips.has(ip)) result.set(ip, interfaces.flatMap(({ index }) => names.get(index) ?? []).sort());
    }
    return result;
  }
}
