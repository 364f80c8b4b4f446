import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { Config } from '../../shared/config/model.ts';
import { sameAddress } from '../../shared/net/address.ts';
import type { Claim } from './claim.ts';
import { decide, keepable } from './decide.ts';
import type { Assignment, Blocker, Decision, Loss } from './decision.ts';
import { type ForeignUses, noForeignUses } from './foreign-use.ts';
import { type Holding, holdingOf, nothingHeld } from './holding.ts';
import { Ledger } from './ledger.ts';
import { freedBy, longestWaiting, type OpenLine, openLine, sharedAnew } from './offers.ts';
import type { Surroundings } from './placement.ts';
import type { PoolSpace } from './pool.ts';
import { inOrderOfTrial, type NamespaceLabels } from './selection.ts';
import { ServiceTable } from './service-table.ts';
import { compareWaiters, type Waiter, WaitingList } from './waiting.ts';

/** One object per Service, changed in place: of a million Services each look into the table is a good part of a decision. */
interface Entry {
  claim: Claim;
  decision: Decision;
  waitingSinceMs: number | undefined;
  /** As the ledger has it. */
  holding: Holding;
}

/**
 * Who has which address. What it holds is the truth: a Service's status is read when the Service is first seen, and
 * from then on only written. Every method that takes a time returns the Services that were decided upon, each once, the
 * one named in the call included. Bounded by the number of Services.
 */
export class Allocator {
  #config: Config;
  /** Pools that adopted Services say they have addresses of which no pool has now: those stay as in `Config.leaving`. */
  #strays: ReadonlySet<string> = new Set();
  #foreign: ForeignUses;
  #around: Surroundings;
  readonly #namespaceLabels: NamespaceLabels;
  readonly #entries: ServiceTable<Entry>;
  readonly #waiting = new WaitingList();

  /** `foreign`: what other machines use. `seed`: of the table of Services; what is decided does not depend on it. */
  constructor(config: Config, namespaceLabels: NamespaceLabels, foreign: ForeignUses = noForeignUses, seed = 0) {
    this.#entries = new ServiceTable(seed);
    this.#config = config;
    this.#foreign = foreign;
    this.#namespaceLabels = namespaceLabels;
    this.#around = this.#surroundings();
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

  /**
   * Takes over every address that the Services' objects say they have, and only then serves the others. What no pool has
   * any more stays until `loseStrays`: of what the configuration was a moment ago nothing is known.
   */
  adopt(claims: readonly Claim[], nowMs: number): readonly ObjectKey[] {
    const { ledger, setAside } = this.#around;
    const strays = claims.filter(({ reported }) => reported.some((address) => ledger.poolOf(address) === undefined));
    const named = strays.flatMap(({ reportedPools }) => reportedPools);
    this.#strays = new Set(named.filter((name) => !setAside.has(name)));
    this.#around = this.#surroundings();
    for (const claim of claims) this.#enter(claim);
    return this.#decideAll(nowMs);
  }

  get hasStrays(): boolean {
    return this.#strays.size > 0;
  }

  /** What was adopted though no pool has it is lost, unless one has it by now. */
  loseStrays(nowMs: number): readonly ObjectKey[] {
    this.#strays = new Set();
    return this.configure(this.#config, nowMs);
  }

  /** Puts another configuration into force; every Service keeps what it may keep. */
  configure(config: Config, nowMs: number): readonly ObjectKey[] {
    this.#config = config;
    this.#around = this.#surroundings();
    return this.#decideAll(nowMs);
  }

  /** Other machines use these addresses now: who has one loses it, and others may have those that are not among them. */
  setForeign(foreign: ForeignUses, nowMs: number): readonly ObjectKey[] {
    this.#foreign = foreign;
    return this.configure(this.#config, nowMs);
  }

  /** The labels of a namespace have changed. */
  namespaceChanged(namespace: string, nowMs: number): readonly ObjectKey[] {
    const selected = this.#around.pools.some(({ pool }) => (pool.allocation?.namespaceSelectors.length ?? 0) > 0);
    if (!selected) return [];
    const entries = Array.from(this.#entries.values());
    return this.#decideInTurn(
      entries.filter(({ claim }) => claim.request.namespace === namespace),
      nowMs,
    );
  }

  /** A Service has come or changed. */
  update(claim: Claim, nowMs: number): readonly ObjectKey[] {
    const { key } = claim.request;
    const known = this.#entries.get(key);
    if (known !== undefined && known.claim.uid === claim.uid) {
      known.claim = claim;
      known.decision = withoutToldLosses(known.decision, claim);
      return withOthers([key], this.#offer(this.#decide(known, nowMs), nowMs));
    }
    // Deleted and created again in between: what the old one held is free for those who wait.
    const decided = known === undefined ? [key] : this.remove(key, nowMs);
    return withOthers(decided, this.#offer(this.#decide(this.#enter(claim), nowMs), nowMs));
  }

  /** A Service's object says this since it was written: what it no longer names has been told. */
  written(claim: Claim): void {
    const entry = this.#entries.get(claim.request.key);
    if (entry?.claim.uid === claim.uid) entry.decision = withoutToldLosses(entry.decision, claim);
  }

  /** A Service is gone, or no longer ours. */
  remove(key: ObjectKey, nowMs: number): readonly ObjectKey[] {
    const entry = this.#entries.get(key);
    if (entry === undefined) return [key];
    this.#entries.delete(key);
    if (isInLine(entry)) this.#waiting.remove(key);
    this.#around.ledger.release(entry.holding);
    return withOthers([key], this.#offer(this.#freed(entry.holding, undefined), nowMs));
  }

  #decideAll(nowMs: number): readonly ObjectKey[] {
    const entries = [...this.#entries.values()];
    // First everybody keeps what may be kept, the older Service where two claim one address; only then is the rest served.
    for (const entry of entries.toSorted(byAge)) {
      const { request } = entry.claim;
      entry.holding = holdingOf(request, keepable(request, entry.decision.assignments, this.#around));
      this.#around.ledger.take(entry.holding);
    }
    return this.#decideInTurn(entries, nowMs);
  }

  #enter(claim: Claim): Entry {
    const { request, waitingSinceMs } = claim;
    const decision = undecided(this.#reported(claim));
    const entry = { claim, decision, waitingSinceMs, holding: nothingHeld };
    this.#entries.set(request.key, entry);
    return entry;
  }

  /** Decides upon these Services, those who wait in their order and the others by age, and offers what they free. */
  #decideInTurn(entries: readonly Entry[], nowMs: number): readonly ObjectKey[] {
    return this.#offer([], nowMs, entries.map(asWaiter).sort(compareWaiters));
  }

  /**
   * Offers what was freed, and what that frees in turn, to those who wait for it, while others are still to be decided
   * upon: whoever has waited longest is always the next. Returns all who were decided upon, each once.
   */
  #offer(freed: readonly Blocker[], nowMs: number, turns: readonly Waiter[] = []): readonly ObjectKey[] {
    if (freed.length === 0 && turns.length === 0) return [];
    const decided = new Set<Entry>();
    let turn = 0;
    let open = freed.map(openLine);
    while (turn < turns.length || open.length > 0) {
      open = open.flatMap((line) => this.#withNext(line));
      const next = longestWaiting(turns[turn], open);
      const entry = next && this.#entries.get(next.key);
      if (entry === undefined) break;
      const { key } = entry.claim.request;
      let opened: readonly Blocker[] = [];
      if (next === turns[turn] || this.#mayHelp(entry, open)) {
        const before = entry.holding;
        opened = [...this.#decide(entry, nowMs), ...sharedAnew(before, entry.holding, open)];
        decided.add(entry);
      }
      if (next === turns[turn]) turn += 1;
      open = open.map((line) => (line.next?.key === key ? { ...line, asked: line.next } : line));
      open.push(...opened.map(openLine));
    }
    return Array.from(decided, ({ claim }) => claim.request.key);
  }

  /**
   * Could one of the lines help the Service that is next in them? Thousands of Services that are alike may wait under one
   * key: where all its addresses have their ports taken, this is known without deciding upon each.
   */
  #mayHelp({ claim }: Entry, lines: readonly OpenLine[]): boolean {
    const { key, wish, terms } = claim.request;
    const others = lines.some(({ next, blocker }) => next?.key === key && blocker.kind !== 'sharingKey');
    return others || this.#around.ledger.mayShare(wish.families, terms);
  }

  /** Decides upon one Service; returns what others may now have. */
  #decide(entry: Entry, nowMs: number): readonly Blocker[] {
    const { ledger } = this.#around;
    const { claim, holding: before } = entry;
    const { key, createdMs } = claim.request;
    const wasInLine = isInLine(entry);
    ledger.release(before);
    const decided = decide(claim.request, entry.decision.assignments, this.#around);
    const { lost } = entry.decision;
    const decision = lost.length === 0 ? decided : withEarlierLosses(decided, lost);
    const waits = decision.refusal !== undefined || decision.incomplete;
    entry.decision = decision;
    entry.waitingSinceMs = waits ? (entry.waitingSinceMs ?? nowMs) : undefined;
    entry.holding = holdingOf(claim.request, decision.assignments);
    ledger.take(entry.holding);
    if (wasInLine || isInLine(entry)) {
      this.#waiting.put({ key, sinceMs: entry.waitingSinceMs ?? nowMs, createdMs }, decision.blockers);
    }
    return this.#freed(before, entry.holding);
  }

  /** What others may now have: of interest only where somebody waits. */
  #freed(before: Holding, after: Holding | undefined): readonly Blocker[] {
    return this.#waiting.size === 0 ? [] : freedBy(before, after, this.#around.ledger);
  }

  /** The line with the next to be asked; nothing where nobody is left, or nothing. */
  #withNext({ blocker, asked }: OpenLine): OpenLine[] {
    const next = this.#mayServe(blocker) ? this.#waiting.next(blocker, asked) : undefined;
    return next === undefined ? [] : [{ blocker, asked, next }];
  }

  #mayServe(blocker: Blocker): boolean {
    if (blocker.kind !== 'pool') return true;
    return this.#around.ledger.space(blocker.pool)?.lowestFree(blocker.family) !== undefined;
  }

  #surroundings(): Surroundings {
    const { pools, setAside, leaving = [] } = this.#config;
    const ledger = new Ledger(pools.values(), this.#foreign);
    const namespaceLabels = this.#namespaceLabels;
    const stays = new Set([...leaving, ...this.#strays]);
    return { ledger, pools: inOrderOfTrial(ledger.spaces()), setAside, leaving: stays, namespaceLabels };
  }

  /** Of which pool each reported address is: the annotation names them in the order of the addresses, each once. */
  #reported({ reported, reportedPools }: Claim): readonly Assignment[] {
    const { ledger, setAside, leaving } = this.#around;
    return reported.map((address, index) => {
      const named = [reportedPools[index], ...reportedPools].flatMap((name) => name ?? []);
      const unusable = named.find((name) => setAside.has(name) || leaving.has(name));
      return { address, pool: ledger.poolOf(address)?.pool.name ?? unusable ?? named[0] ?? '' };
    });
  }
}

/** Those who were decided upon first, then others, each once. */
function withOthers(first: readonly ObjectKey[], others: readonly ObjectKey[]): readonly ObjectKey[] {
  return others.length === 0 ? first : [...new Set([...first, ...others])];
}

/** As the waiting list has it. */
function isInLine({ decision }: Entry): boolean {
  return decision.blockers.length > 0;
}

const none: readonly never[] = [];

function undecided(assignments: readonly Assignment[]): Decision {
  return { assignments, lost: none, refusal: undefined, incomplete: false, passedOver: none, blockers: none };
}

/** Losses stay told until the Service's object is seen not to name the address any more; bounded by what it held since. */
function withEarlierLosses(decision: Decision, earlier: readonly Loss[]): Decision {
  const { assignments, lost } = decision;
  const untold = earlier.filter(({ address }) =>
    [...assignments, ...lost].every((one) => !sameAddress(one.address, address)),
  );
  return untold.length === 0 ? decision : { ...decision, lost: [...lost, ...untold] };
}

function withoutToldLosses(decision: Decision, { reported }: Claim): Decision {
  if (decision.lost.length === 0) return decision;
  const lost = decision.lost.filter(({ address }) => reported.some((one) => sameAddress(one, address)));
  return { ...decision, lost };
}

/** Who does not wait yet comes behind all who do. */
function asWaiter({ claim, waitingSinceMs }: Entry): Waiter {
  const { key, createdMs } = claim.request;
  return { key, createdMs, sinceMs: waitingSinceMs ?? Number.POSITIVE_INFINITY };
}

function byAge(a: Entry, b: Entry): number {
  const one = a.claim.request;
  const other = b.claim.request;
  return one.createdMs - other.createdMs || (one.key < other.key ? -1 : 1);
}
