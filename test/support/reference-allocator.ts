import type { Labels } from '../../shared/api/label-selector.ts';
import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { IpFamily } from '../../shared/net/address.ts';
import { type ReferencePool, type ReferencePools, whyRefused } from './reference-pools.ts';
import { familyOf, mayShare, readAsk, type Wish } from './reference-wish.ts';

export interface Held {
  readonly ip: string;
  readonly pool: string;
}

export interface Obstacle {
  /** Address or pool; '' where the wish itself can't be read. */
  readonly what: string;
  readonly reasons: readonly string[];
}

interface Member {
  wish: Wish;
  holds: readonly Held[];
  /** All that stands in the way: of what was asked for, each address or pool with every reason that is true of it. */
  refusal: readonly Obstacle[] | undefined;
  /** Since when it has not all that it wants. */
  sinceMs: number | undefined;
  /** Since when it has nothing: what its status says. */
  nothingSinceMs: number | undefined;
}

type Outcome = Pick<Member, 'holds' | 'refusal'>;

/**
 * Section "Allocation" of the rules as slowly and plainly as they can be read: every address of every pool and every
 * Service is looked at, again and again, until nothing changes any more.
 */
export class ReferenceAllocator {
  readonly #members = new Map<ObjectKey, Member>();
  readonly #labelsOf: (namespace: string) => Labels;
  #pools: ReferencePools;

  constructor(pools: ReferencePools, labelsOf: (namespace: string) => Labels) {
    this.#pools = pools;
    this.#labelsOf = labelsOf;
  }

  get keys(): readonly ObjectKey[] {
    return [...this.#members.keys()];
  }

  outcome(key: ObjectKey): Outcome | undefined {
    return this.#members.get(key);
  }

  /** A Service has come, with these addresses in its status, or has changed: then its status says nothing new. */
  put(wish: Wish, reported: readonly string[], nowMs: number): void {
    const known = this.#members.get(wish.key);
    const holds = reported.map((ip) => ({ ip, pool: this.#poolOf(ip)?.name ?? '' }));
    const fresh: Member = { wish, holds: [], refusal: undefined, sinceMs: undefined, nothingSinceMs: undefined };
    const member = known ?? fresh;
    member.wish = wish;
    if (known === undefined) member.holds = this.#keeps(member, holds);
    this.#members.set(wish.key, member);
    this.#note(member, this.#decide(member), nowMs);
    this.settle(nowMs);
  }

  remove(key: ObjectKey, nowMs: number): void {
    this.#members.delete(key);
    this.settle(nowMs);
  }

  configure(pools: ReferencePools, nowMs: number): void {
    this.#pools = pools;
    const had = new Map([...this.#members.values()].map((member) => [member, member.holds]));
    for (const member of had.keys()) member.holds = [];
    for (const member of [...had.keys()].sort(byAge)) member.holds = this.#keeps(member, had.get(member) ?? []);
    this.settle(nowMs);
  }

  /** All that is left is what the Services' objects say. */
  restart(nowMs: number): void {
    for (const member of this.#members.values()) member.sinceMs = member.nothingSinceMs;
    this.configure(this.#pools, nowMs);
  }

  /** Whoever waits longest is asked first, and all are asked again after each change. */
  settle(nowMs: number): void {
    const order = (): readonly Member[] =>
      [...this.#members.values()].sort((a, b) => (a.sinceMs ?? nowMs) - (b.sinceMs ?? nowMs) || byAge(a, b));
    for (let round = 0; round < 1_000; round += 1) {
      const moved = order().find((member) => {
        const { holds } = this.#decide(member);
        return JSON.stringify(holds) !== JSON.stringify(member.holds);
      });
      if (moved === undefined) break;
      this.#note(moved, this.#decide(moved), nowMs);
    }
    for (const member of this.#members.values()) this.#note(member, this.#decide(member), nowMs);
  }

  #note(member: Member, { holds, refusal }: Outcome, nowMs: number): void {
    member.holds = holds;
    member.refusal = refusal;
    const waits = refusal !== undefined || holds.length < member.wish.families.length;
    member.sinceMs = waits ? (member.sinceMs ?? nowMs) : undefined;
    member.nothingSinceMs = holds.length === 0 ? (member.nothingSinceMs ?? nowMs) : undefined;
  }

  #decide(member: Member): Outcome {
    const { wish } = member;
    const kept = this.#keeps(member, member.holds);
    const asked = readAsk(wish);
    if (typeof asked === 'string') return stay(wish, kept, [{ what: '', reasons: [asked] }]);
    if (asked.length > 0) return this.#byAddress(member, asked, kept);
    if (wish.pool !== undefined && this.#pools.inForce.every(({ name }) => name !== wish.pool)) {
      const reason = this.#pools.setAside.has(wish.pool) ? 'poolSetAside' : 'unknownPool';
      const there = kept.filter(({ pool }) => pool === wish.pool);
      const enough = there.length > 0 && (wish.policy !== 'RequireDualStack' || there.length === wish.families.length);
      return enough ? { holds: there, refusal: undefined } : stay(wish, kept, [{ what: wish.pool, reasons: [reason] }]);
    }
    const there = kept.filter(({ pool }) => (wish.pool ?? pool) === pool);
    const holds = this.#serve(member, there);
    return holds.length > 0 ? { holds, refusal: undefined } : stay(wish, kept, this.#whyNoPool(member));
  }

  #byAddress(member: Member, asked: readonly string[], kept: readonly Held[]): Outcome {
    const { wish } = member;
    const refused: Obstacle[] = [];
    const refuse = (what: string, reason: string): unknown => refused.push({ what, reasons: [reason] });
    const placed: Held[] = [];
    for (const ip of asked) {
      const held = kept.find((one) => one.ip === ip);
      const pool = this.#poolOf(ip);
      const name = pool?.name ?? held?.pool;
      if (wish.pool !== undefined && wish.pool !== name) refuse(ip, 'notInRequestedPool');
      else if (held !== undefined) placed.push(held);
      else if (pool === undefined) refuse(ip, 'notInAnyPool');
      else if (this.#refuses(pool, wish) !== undefined) refuse(ip, 'poolRefuses');
      else if (this.#mayHave(member, ip)) placed.push({ ip, pool: pool.name });
      else refuse(ip, 'addressInUse');
    }
    if (refused.length > 0) return stay(wish, kept, refused);
    const others = kept.filter(
      ({ ip, pool }) => (wish.pool ?? pool) === pool && asked.every((one) => familyOf(one) !== familyOf(ip)),
    );
    return { holds: this.#complete(member, [...placed, ...others]), refusal: undefined };
  }

  #serve(member: Member, kept: readonly Held[]): readonly Held[] {
    const { wish } = member;
    const completed = kept.length === 0 ? [] : this.#complete(member, kept);
    if (completed.length === wish.families.length) return completed;
    if (completed.length > 0 && wish.policy !== 'RequireDualStack') return completed;
    const pools = this.#named(wish).filter((pool) => this.#whyNot(pool, wish) === undefined);
    for (const pool of pools) {
      const found = wish.families.flatMap((family) => this.#pick(member, pool, family) ?? []);
      if (found.length === wish.families.length) return found;
    }
    if (wish.policy !== 'PreferDualStack') return [];
    const singles = wish.families.flatMap((family) => pools.flatMap((pool) => this.#pick(member, pool, family) ?? []));
    return singles.slice(0, 1);
  }

  /** Whatever family is missing comes from the pool of the other. */
  #complete(member: Member, has: readonly Held[]): readonly Held[] {
    const pool = this.#pools.inForce.find(({ name }) => name === has[0]?.pool);
    const missing = member.wish.families.filter((family) => has.every(({ ip }) => familyOf(ip) !== family));
    const found = missing.flatMap((family) => (pool === undefined ? [] : (this.#pick(member, pool, family) ?? [])));
    return inOrder(member.wish, [...has, ...found]);
  }

  /** One that may be shared, else one that nobody has; the first of them. */
  #pick(member: Member, pool: ReferencePool, family: IpFamily): Held | undefined {
    const ofFamily = pool.addresses.filter((ip) => familyOf(ip) === family);
    const held = ofFamily.filter((ip) => this.#others(member, ip).length > 0);
    const shared = held.find((ip) => this.#mayHave(member, ip));
    const ip = shared ?? ofFamily.find((one) => !held.includes(one));
    return ip === undefined ? undefined : { ip, pool: pool.name };
  }

  #keeps(member: Member, had: readonly Held[]): readonly Held[] {
    const { wish } = member;
    const may = had.flatMap(({ ip, pool: before }): readonly Held[] => {
      const pool = this.#poolOf(ip);
      const allowed = pool === undefined ? this.#pools.stays.has(before) : this.#refuses(pool, wish) === undefined;
      return allowed && this.#mayHave(member, ip) ? [{ ip, pool: pool?.name ?? before }] : [];
    });
    return inOrder(wish, may);
  }

  #whyNoPool(member: Member): readonly Obstacle[] {
    const { wish } = member;
    const obstacles = this.#named(wish).map((pool): Obstacle => {
      const refused = this.#whyNot(pool, wish);
      return { what: pool.name, reasons: refused === undefined ? this.#whyNothing(member, pool) : [refused] };
    });
    const setAside = wish.pool === undefined ? [...this.#pools.setAside] : [];
    return [...obstacles, ...setAside.map((what) => ({ what, reasons: ['poolSetAside'] }))];
  }

  #whyNothing(member: Member, pool: ReferencePool): readonly string[] {
    const { families, policy } = member.wish;
    const without = families.filter((family) => pool.addresses.every((ip) => familyOf(ip) !== family));
    const enough = policy === 'PreferDualStack' ? without.length < families.length : without.length === 0;
    if (!enough) return without.map((family) => `familyMissing ${family}`);
    const tried = families.filter(
      (family) => !without.includes(family) && this.#pick(member, pool, family) === undefined,
    );
    return tried.map((family) => `exhausted ${family}`);
  }

  #named(wish: Wish): readonly ReferencePool[] {
    return this.#pools.inForce.filter(({ name }) => (wish.pool ?? name) === name);
  }

  #whyNot(pool: ReferencePool, wish: Wish): string | undefined {
    return wish.pool === undefined && !pool.autoAssign ? 'notAutoAssigned' : this.#refuses(pool, wish);
  }

  #refuses(pool: ReferencePool, wish: Wish): string | undefined {
    return whyRefused(pool, wish, this.#labelsOf(wish.namespace));
  }

  #poolOf(ip: string): ReferencePool | undefined {
    return this.#pools.inForce.find(({ addresses }) => addresses.includes(ip));
  }

  #others(member: Member, ip: string): readonly Member[] {
    return [...this.#members.values()].filter(
      ({ wish, holds }) => wish.key !== member.wish.key && holds.some((held) => held.ip === ip),
    );
  }

  #mayHave(member: Member, ip: string): boolean {
    return this.#others(member, ip).every(({ wish }) => mayShare(member.wish, wish));
  }
}

/** What can't be fulfilled leaves what is there, but RequireDualStack never with one family. */
function stay({ families, policy }: Wish, kept: readonly Held[], refusal: readonly Obstacle[]): Outcome {
  const enough = policy !== 'RequireDualStack' || kept.length === families.length;
  return { holds: enough ? kept : [], refusal };
}

/** One of each family, in the order of the families. */
function inOrder({ families }: Wish, holds: readonly Held[]): readonly Held[] {
  return families.flatMap((family) => holds.filter(({ ip }) => familyOf(ip) === family).slice(0, 1));
}

function byAge({ wish: a }: Member, { wish: b }: Member): number {
  return a.createdMs - b.createdMs || (a.key < b.key ? -1 : 1);
}
