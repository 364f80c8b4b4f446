import type { Lease } from '../../shared/api/lease.ts';
import { decodeSpeakerFacts, type SpeakerFacts } from './speaker-facts.ts';

const speakerLeasePrefix = 'speaker-';
/** Up to so many speakers renew every 5 s, more of them every 10 s. */
const manySpeakers = 100;
/** No speaker writes a shorter one: a Lease made by hand must not decide how long the others' last. */
const leastDurationSeconds = 15;

/** What the others know of a member. */
export interface MemberFacts extends SpeakerFacts {
  /** Its Lease was not renewed in time, or is gone; it stays a member as long as it is heard. */
  readonly leaseExpired: boolean;
}

interface Known {
  readonly resourceVersion: string;
  readonly durationMs: number;
  readonly annotations: string;
  readonly facts: MemberFacts;
  readonly changedMs: number;
  expired: boolean;
  /** Another member took the holder out of its Lease, or somebody deleted it. */
  readonly released: boolean;
}

/** A Lease that was not renewed in time, in the version that was last seen. */
export interface ExpiredLease {
  readonly node: string;
  readonly resourceVersion: string;
}

/** How often a speaker renews its Lease among so many speakers. */
export function renewIntervalMs(speakers: number): number {
  return speakers > manySpeakers ? 10_000 : 5_000;
}

/** Name of the Lease of the speaker on that node. */
export function speakerLeaseName(node: string): string {
  return speakerLeasePrefix + node;
}

/**
 * Who is a member, by the speakers' Leases as this node's watch shows them. A Lease has expired when it was not seen
 * to change for its duration, by this node's own clock: the times that others wrote are never compared.
 *
 * No expiry counts while the API server may be away, since then nobody can renew: it counts as present while *any*
 * speaker's Lease changed within the last half of the shortest duration (one and a half renewals). After an absence
 * every member has a whole duration again. So each node keeps announcing what it owned, however long the absence, and
 * a speaker that alone can't renew finds itself expired, as the others do.
 *
 * Whose pulses are heard stays a member though its Lease has expired: it may be the API server that it can't reach, and
 * not its clients. So it does where somebody else has deleted its Lease: it still answers for what it owns, and may not
 * hear of that for long. `leaseExpired` says so, and only who falls silent then is none any more.
 */
export class Membership {
  /** By node. BOUNDED by the Leases with the speakers' label: deleted and released ones are dropped, or fall silent. */
  readonly #known = new Map<string, Known>();
  /** Other nodes that live by their pulses. BOUNDED by those that `live` has told. */
  readonly #heard = new Set<string>();
  #lastChangeMs = Number.NEGATIVE_INFINITY;
  /** Since when Leases have been changing without a gap. */
  #presentSinceMs = Number.NEGATIVE_INFINITY;
  #live: ReadonlyMap<string, MemberFacts> = new Map();
  #stale = false;
  readonly #self: string;

  constructor(self: string) {
    this.#self = self;
  }

  /** Every speaker with a Lease, expired or not. */
  get size(): number {
    return this.#known.size;
  }

  /** Those of members that are still heard are not among them. */
  get expired(): readonly ExpiredLease[] {
    return [...this.#known].flatMap(([node, known]) =>
      known.expired && !known.released && !this.#staysHeard(node, known)
        ? [{ node, resourceVersion: known.resourceVersion }]
        : [],
    );
  }

  /** A member was heard, or is not heard any more. */
  setHeard(node: string, heard: boolean): void {
    if (heard) this.#heard.add(node);
    else this.#heard.delete(node);
    if ([node, this.#self].some((one) => this.#known.get(one)?.expired)) this.#stale = true;
    if (this.#known.get(node)?.released === true && !heard) this.#known.delete(node);
  }

  /** Takes in a Lease as the watch shows it. */
  see(lease: Lease, nowMs: number): void {
    const node = nodeOfLease(lease);
    if (node === undefined) return;
    const before = this.#known.get(node);
    if (lease.holderIdentity === undefined) {
      this.#release(lease, before);
      return;
    }
    if (before?.resourceVersion === lease.meta.resourceVersion) return;
    this.#noteChange(nowMs);
    const annotations = JSON.stringify(Object.entries(lease.meta.annotations).sort());
    const same = before !== undefined && before.annotations === annotations;
    if (!same || before.expired) this.#stale = true;
    this.#known.set(node, {
      resourceVersion: lease.meta.resourceVersion,
      durationMs: Math.max(lease.leaseDurationSeconds, leastDurationSeconds) * 1000,
      annotations,
      facts: same ? before.facts : { ...decodeSpeakerFacts(lease.meta.annotations), leaseExpired: false },
      changedMs: nowMs,
      expired: false,
      released: false,
    });
  }

  /** Another member saw it expire, and did not hear its speaker (`leaseReleaseTask`); this node may. */
  #release(lease: Lease, before: Known | undefined): void {
    if (before?.released !== true) this.drop(lease);
  }

  /** A deleted Lease ends the membership at once of who says that it leaves, and of who is not heard. */
  drop(lease: Lease): void {
    const node = nodeOfLease(lease);
    if (node === undefined) return;
    const known = this.#known.get(node);
    if (known === undefined) return;
    this.#stale = true;
    if (!known.facts.leaving && this.#staysHeard(node, known)) {
      this.#known.set(node, { ...known, expired: true, released: true });
      return;
    }
    this.#heard.delete(node);
    this.#known.delete(node);
  }

  /** The members; the same object as long as nothing about them changed. */
  live(nowMs: number): ReadonlyMap<string, MemberFacts> {
    this.#expire(nowMs);
    if (this.#stale) {
      const members = [...this.#known].filter(([node, known]) => !known.expired || this.#staysHeard(node, known));
      this.#live = new Map(
        members.map(([node, { facts, expired }]) => [node, expired ? { ...facts, leaseExpired: true } : facts]),
      );
      this.#stale = false;
    }
    return this.#live;
  }

  #staysHeard(node: string, { facts }: Known): boolean {
    if (facts.port === 0) return false;
    // Whoever hears others takes itself to be heard, as they do; who is alone is missed by nobody.
    return node === this.#self ? this.#heard.size > 0 || this.#known.size === 1 : this.#heard.has(node);
  }

  #noteChange(nowMs: number): void {
    if (!this.#present(nowMs)) this.#presentSinceMs = nowMs;
    this.#lastChangeMs = nowMs;
  }

  #present(nowMs: number): boolean {
    let shortestMs = Number.POSITIVE_INFINITY;
    for (const { durationMs, expired } of this.#known.values()) {
      if (!expired) shortestMs = Math.min(shortestMs, durationMs);
    }
    return nowMs - this.#lastChangeMs <= shortestMs / 2;
  }

  #expire(nowMs: number): void {
    if (!this.#present(nowMs)) return;
    for (const known of this.#known.values()) {
      if (known.expired || nowMs - Math.max(known.changedMs, this.#presentSinceMs) <= known.durationMs) continue;
      known.expired = true;
      this.#stale = true;
    }
  }
}

/** The node whose speaker's Lease it is; undefined for others' Leases. */
export function nodeOfLease(lease: Lease): string | undefined {
  const { name } = lease.meta;
  return name.startsWith(speakerLeasePrefix) ? name.slice(speakerLeasePrefix.length) : undefined;
}
