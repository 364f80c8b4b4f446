import { keyOf } from '../shared/api/object-meta.ts';
import type { DatapathTable, Link } from './datapath/table.ts';
import type { OwnerSample } from './metrics.ts';
import type { ServicePlan } from './plan.ts';

/** The addresses that this node's datapath answers for. BOUNDED by the addresses of the tables it was sent. */
export class OwnedAddresses {
  readonly #ips = new Set<string>();

  take(ip: string): void {
    this.#ips.add(ip);
  }

  giveUp(ip: string): void {
    this.#ips.delete(ip);
  }

  has(ip: string): boolean {
    return this.#ips.has(ip);
  }

  get size(): number {
    return this.#ips.size;
  }

  /** Those among them that are the Services', each as often as Services share it. */
  of(services: readonly ServicePlan[]): readonly OwnerSample[] {
    return services.flatMap(({ service, ips }) =>
      ips.filter((ip) => this.#ips.has(ip)).map((ip) => ({ service: keyOf(service.meta), ip })),
    );
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
