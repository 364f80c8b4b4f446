import { keyOf } from '../shared/api/object-meta.ts';
import type { DatapathTable, Link } from './datapath/table.ts';
import type { OwnerSample } from './metrics.ts';
import type { ServicePlan } from './plan.ts';

/** An address that this node's datapath answers for. */
export interface Holding {
  /** Names, sorted. */
  readonly interfaces: readonly string[];
  /** Unix ms. */
  readonly sinceMs: number;
}

/** The addresses that this node's datapath answers for. BOUNDED by the addresses of the tables it was sent. */
export class OwnedAddresses {
  /** Since when, Unix ms. */
  readonly #ips = new Map<string, number>();

  take(ip: string, atMs: number): void {
    this.#ips.set(ip, atMs);
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

  /** All of them, with the interfaces on which they are answered. */
  holdings(table: DatapathTable, links: readonly Link[]): ReadonlyMap<string, Holding> {
    const names = new Map(links.map(({ index, name }) => [index, name]));
    const result = new Map<string, Holding>();
    for (const { ip, interfaces } of table.vips) {
      const sinceMs = this.#ips.get(ip);
      if (sinceMs === undefined) continue;
      result.set(ip, { interfaces: interfaces.flatMap(({ index }) => names.get(index) ?? []).sort(), sinceMs });
    }
    return result;
  }
}
