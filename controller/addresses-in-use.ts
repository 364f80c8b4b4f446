import {
  type AddressInUse,
  addressesInUseAnnotation,
  inUseForMs,
  parseAddressesInUse,
  speakerMacsAnnotation,
} from '../shared/api/address-in-use.ts';
import type { PoolAddressInUse } from '../shared/api/ip-address-pool.ts';
import type { Lease } from '../shared/api/lease.ts';
import { formatAddress, parseAddress } from '../shared/net/address.ts';
import type { ForeignUse, ForeignUses } from './allocator/foreign-use.ts';

interface Known extends ForeignUse {
  /** On our own clock. */
  readonly dueMs: number;
}

/**
 * Addresses that speakers found in use by other machines, by their Leases. Each is set aside until it is to be tried
 * again, also when its speaker restarts and says nothing any more. The clocks of others are compared with ours at the
 * beginning only: after that a Lease tells its own time. BOUNDED by the speakers, times `longestInUseList`, for ten minutes.
 */
export class AddressesInUse {
  /** By node, address and time of each report that was seen; kept as long as it is told, or counts. */
  readonly #known = new Map<string, Known>();
  #macs: ReadonlySet<string> = new Set();

  /**
   * To begin with: what the pools' status says, of the controller that led before. The Lease of a speaker that died
   * tells for ever what it found: whose time is over by the clock counts no more.
   */
  restore(
    told: Iterable<PoolAddressInUse>,
    leases: Iterable<Lease>,
    { nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number },
  ): void {
    for (const one of told) this.#note(one.node, one, nowMs + within(one.untilMs - wallMs));
    for (const lease of leases) {
      for (const [node, one] of reportsOf(lease)) if (one.untilMs <= wallMs) this.#note(node, one, nowMs);
    }
  }

  /** Takes over what the Leases say now. */
  see(leases: Iterable<Lease>, nowMs: number): void {
    const all = [...leases];
    const told = new Set<string>();
    for (const lease of all) {
      const { renewTimeMs } = lease;
      for (const [node, one] of reportsOf(lease)) {
        const leftMs = renewTimeMs === undefined ? inUseForMs : one.untilMs - renewTimeMs;
        told.add(this.#note(node, one, nowMs + within(leftMs)));
      }
    }
    this.#macs = macsOf(all);
    for (const [key, { dueMs }] of this.#known) if (dueMs <= nowMs && !told.has(key)) this.#known.delete(key);
  }

  /** What counts now; a machine that turned out to be a speaker is no other machine. */
  uses(nowMs: number): ForeignUses {
    const uses = new Map<string, ForeignUse>();
    for (const { dueMs, ...use } of this.#known.values()) {
      const ip = formatAddress(use.address);
      const longest = uses.get(ip)?.untilMs ?? Number.NEGATIVE_INFINITY;
      if (dueMs > nowMs && use.untilMs > longest && !this.#macs.has(use.mac)) uses.set(ip, use);
    }
    return uses;
  }

  /** How long until `uses` says something else though nothing is told. */
  nextChangeInMs(nowMs: number): number {
    const dueMs = [...this.#known.values()].flatMap((known) => (known.dueMs > nowMs ? known.dueMs : []));
    return Math.min(...dueMs) - nowMs;
  }

  #note(node: string, told: AddressInUse, dueMs: number): string {
    const key = `${node} ${told.address} ${told.untilMs}`;
    const address = parseAddress(told.address);
    if (address === undefined || this.#known.has(key)) return key;
    this.#known.set(key, { address, mac: told.mac, interface: told.interface, node, untilMs: told.untilMs, dueMs });
    return key;
  }
}

export function sameUses(one: ForeignUses, other: ForeignUses): boolean {
  if (one.size !== other.size) return false;
  return [...one].every(([ip, { mac, interface: link, node, untilMs }]) => {
    const use = other.get(ip);
    return use?.mac === mac && use.interface === link && use.node === node && use.untilMs === untilMs;
  });
}

/**
 * Lower case, of speakers that others can know: the Lease of one that died stays, and its machine may be anything by now.
 * Ten minutes are more than speakers' clocks differ.
 */
function macsOf(leases: readonly Lease[]): ReadonlySet<string> {
  const newestMs = leases.reduce((newest, { renewTimeMs = newest }) => Math.max(newest, renewTimeMs), 0);
  const renewed = leases.filter(({ renewTimeMs = newestMs }) => newestMs - renewTimeMs <= inUseForMs);
  return new Set(
    renewed.flatMap(({ meta }) => (meta.annotations[speakerMacsAnnotation] ?? '').toLowerCase().split(',')),
  );
}

/** Each with the node of the speaker that says so. */
function reportsOf({ meta, holderIdentity: node }: Lease): readonly (readonly [node: string, told: AddressInUse])[] {
  if (node === undefined) return [];
  return parseAddressesInUse(meta.annotations[addressesInUseAnnotation]).map((told) => [node, told]);
}

function within(leftMs: number): number {
  return Math.min(inUseForMs, Math.max(0, leftMs));
}
