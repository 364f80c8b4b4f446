import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { Config } from '../../shared/config/model.ts';
import { sameAddress } from '../../shared/net/address.ts';
import type { Claim } from './claim.ts';
import { decide, keepable } from './decide.ts';
import type { Assignment, Blocker, Decision } from './decision.ts';
import type { Holding } from './holding.ts';
import { Ledger } from './ledger.ts';
import type { Surroundings } from './placement.ts';
import type { PoolSpace } from './pool.ts';
import type { AllocationRequest } from './request.ts';
import { inOrderOfTrial, type NamespaceLabels } from './selection.ts';
import { sameTerms } from './sharing.ts';
import { compareWaiters, type Waiter, WaitingList } from './waiting.ts';

/** One object per Service, changed in place: of a million Services each look into the map costs more than a decision. */
interface Entry {
  claim: Claim;
  decision: Decision;
  waitingSinceMs: number | undefined;
  /** As the ledger has it. */
  holding: Holding;
}

/** Something that was freed, and how far those who wait for it have been asked. */
interface OpenLine {
  readonly blocker: Blocker;
  readonly asked: Waiter | undefined;
  readonly next?: Waiter;
}

/**
 * Who has which address. What it holds is the truth: a Service's status is read when the Service is first seen, and
 * from then on only written. Every method that takes a time returns the Services that were decided upon, the one
 * named in the call included. Bounded by the number of Services.
 */
export class Allocator {
  #around: Surroundings;
  readonly #namespaceLabels: NamespaceLabels;
  readonly #entries = new Map<ObjectKey, Entry>();
  readonly #waiting = new WaitingList();

  constructor(config: Config, namespaceLabels: NamespaceLabels) {
    this.#namespaceLabels = namespaceLabels;
    this.#around = surroundings(config, namespaceLabels);
  }

  decision(key: ObjectKey): Decision | undefined {
    return this.#entries.get(key)?.decision;
  }

  /** Services that a released address could help. */
  get waiting(): number {
    return this.#waiting.size;
  }

  pools(): Iterable<PoolSpace> {
    return this.#around.ledger.spaces();
  }

  /** Takes over every address that the Services' objects say they have, and only then serves the others. */
  adopt(claims: Iterable<Claim>, nowMs: number): ReadonlySet<ObjectKey> {
    for (const claim of claims) this.#enter(claim);
    return this.#decideAll(nowMs);
  }

  /** Puts another configuration into force; every Service keeps what it may keep. */
  configure(config: Config, nowMs: number): ReadonlySet<ObjectKey> {
    this.#around = surroundings(config, this.#namespaceLabels);
    return this.#decideAll(nowMs);
  }

  /** The labels of a namespace have changed. */
  namespaceChanged(namespace: string, nowMs: number): ReadonlySet<ObjectKey> {
    const decided = new Set<ObjectKey>();
    const selected = this.#around.pools.some(({ pool }) => (pool.allocation?.namespaceSelectors.length ?? 0) > 0);
    if (!selected) return decided;
    for (const entry of this.#inOrder()) {
      if (entry.claim.request.namespace === namespace) this.#decideAndOffer(entry, decided, nowMs);
    }
    return decided;
  }

  /** A Service has come or changed. */
  update(claim: Claim, nowMs: number): ReadonlySet<ObjectKey> {
    const { key } = claim.request;
    const known = this.#entries.get(key);
    const decided = new Set<ObjectKey>();
    if (known !== undefined && known.claim.uid === claim.uid) {
      known.claim = claim;
      this.#decideAndOffer(known, decided, nowMs);
      return decided;
    }
    // Deleted and created again in between: what the old one held is free for those who wait.
    if (known !== undefined) for (const other of this.remove(key, nowMs)) decided.add(other);
    this.#decideAndOffer(this.#enter(claim), decided, nowMs);
    return decided;
  }

  /** A Service is gone, or no longer ours. */
  remove(key: ObjectKey, nowMs: number): ReadonlySet<ObjectKey> {
    const decided = new Set([key]);
    const entry = this.#entries.get(key);
    if (entry === undefined) return decided;
    const { ledger } = this.#around;
    this.#entries.delete(key);
    this.#waiting.remove(key);
    ledger.release(entry.holding);
    this.#offer(freedBy(entry.holding, undefined, ledger), decided, nowMs);
    return decided;
  }

  #decideAll(nowMs: number): ReadonlySet<ObjectKey> {
    const entries = this.#inOrder();
    // First everybody keeps what may be kept, the older Service where two claim one address; only then is the rest served.
    for (const entry of entries.toSorted(byAge)) {
      const { request } = entry.claim;
      entry.holding = holdingOf(request, keepable(request, entry.decision.assignments, this.#around));
      this.#around.ledger.take(entry.holding);
    }
    const decided = new Set<ObjectKey>();
    for (const entry of entries) this.#decideAndOffer(entry, decided, nowMs);
    return decided;
  }

  #enter(claim: Claim): Entry {
    const { request, waitingSinceMs } = claim;
    const decision = undecided(this.#reported(claim));
    const entry = { claim, decision, waitingSinceMs, holding: holdingOf(request, []) };
    this.#entries.set(request.key, entry);
    return entry;
  }

  #decideAndOffer(entry: Entry, decided: Set<ObjectKey>, nowMs: number): void {
    this.#offer(this.#decide(entry, nowMs), decided, nowMs);
    decided.add(entry.claim.request.key);
  }

  /** Decides upon one Service; returns what others may now have. */
  #decide(entry: Entry, nowMs: number): readonly Blocker[] {
    const { ledger } = this.#around;
    const { claim, holding: before } = entry;
    const { key, createdMs } = claim.request;
    ledger.release(before);
    const decision = decide(claim.request, entry.decision.assignments, this.#around);
    const waits = decision.refusal !== undefined || decision.blockers.length > 0;
    entry.decision = decision;
    entry.waitingSinceMs = waits ? (entry.waitingSinceMs ?? nowMs) : undefined;
    entry.holding = holdingOf(claim.request, decision.assignments);
    ledger.take(entry.holding);
    this.#waiting.put({ key, sinceMs: entry.waitingSinceMs ?? nowMs, createdMs }, decision.blockers);
    return freedBy(before, entry.holding, ledger);
  }

  /** Offers what was freed to those who wait for it, the longest-waiting first, and what they free in turn. */
  #offer(freed: readonly Blocker[], decided: Set<ObjectKey>, nowMs: number): void {
    let open: readonly OpenLine[] = freed.map((blocker) => ({ blocker, asked: undefined }));
    while (open.length > 0) {
      open = open.flatMap((line) => this.#withNext(line));
      const first = open.toSorted((a, b) => (a.next && b.next ? compareWaiters(a.next, b.next) : 0))[0];
      if (first?.next === undefined) return;
      const { next } = first;
      const entry = this.#entries.get(next.key);
      const freedByNext = entry === undefined ? [] : this.#decide(entry, nowMs);
      const freedInTurn = freedByNext.map((blocker) => ({ blocker, asked: undefined }));
      decided.add(next.key);
      open = [...open.map((line) => (line.next?.key === next.key ? { ...line, asked: next } : line)), ...freedInTurn];
    }
  }

  /** The line with the next to be asked; nothing where nobody is left, or nothing. */
  #withNext({ blocker, asked }: OpenLine): readonly OpenLine[] {
    const next = this.#mayServe(blocker) ? this.#waiting.next(blocker, asked) : undefined;
    return next === undefined ? [] : [{ blocker, asked, next }];
  }

  #mayServe(blocker: Blocker): boolean {
    if (blocker.kind !== 'pool') return true;
    return this.#around.ledger.space(blocker.pool)?.lowestFree(blocker.family) !== undefined;
  }

  /** Those who wait in their order, then the others by age. */
  #inOrder(): readonly Entry[] {
    const entries = Array.from(this.#entries.values(), (entry) => ({ entry, waiter: asWaiter(entry) }));
    return entries.sort((a, b) => compareWaiters(a.waiter, b.waiter)).map(({ entry }) => entry);
  }

  #reported(claim: Claim): readonly Assignment[] {
    const { ledger, setAside, leaving } = this.#around;
    const unusable = claim.reportedPools.find((name) => setAside.has(name) || leaving.has(name));
    return claim.reported.map((address) => {
      return { address, pool: ledger.poolOf(address)?.pool.name ?? unusable ?? claim.reportedPools[0] ?? '' };
    });
  }
}

function surroundings(config: Config, namespaceLabels: NamespaceLabels): Surroundings {
  const ledger = new Ledger(config.pools.values());
  const { setAside, leaving = new Set() } = config;
  return { ledger, pools: inOrderOfTrial(ledger.spaces()), setAside, leaving, namespaceLabels };
}

function holdingOf({ key, terms }: AllocationRequest, assignments: readonly Assignment[]): Holding {
  return { service: key, assignments, terms };
}

function undecided(assignments: readonly Assignment[]): Decision {
  return { assignments, lost: [], refusal: undefined, incomplete: false, passedOver: [], blockers: [] };
}

/** What a Service no longer holds, or now holds on other terms. */
function freedBy(before: Holding, after: Holding | undefined, ledger: Ledger): readonly Blocker[] {
  const sameAgreement = after !== undefined && sameTerms(before.terms, after.terms);
  const freed: Blocker[] = [];
  for (const { address } of before.assignments) {
    const kept = after?.assignments.some((assignment) => sameAddress(assignment.address, address)) ?? false;
    if (kept && sameAgreement) continue;
    const pool = kept ? undefined : ledger.poolOf(address)?.pool.name;
    if (pool !== undefined) freed.push({ kind: 'pool', pool, family: address.family });
    freed.push({ kind: 'address', address });
  }
  const keys = new Set(freed.length === 0 ? [] : [before.terms.key, after?.terms.key ?? '']);
  keys.delete('');
  return [...freed, ...[...keys].map((key): Blocker => ({ kind: 'sharingKey', key }))];
}

function asWaiter({ claim, waitingSinceMs }: Entry): Waiter {
  const { key, createdMs } = claim.request;
  return { key, createdMs, sinceMs: waitingSinceMs ?? Number.POSITIVE_INFINITY };
}

function byAge(a: Entry, b: Entry): number {
  const one = a.claim.request;
  const other = b.claim.request;
  return one.createdMs - other.createdMs || (one.key < other.key ? -1 : 1);
}
