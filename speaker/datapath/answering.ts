import type { AddressChecks, TakeCause } from './address-checks.ts';
import type { Announcing } from './announcing.ts';
import type { Instant } from './instant.ts';
import { hasNewInterface } from './link-news.ts';
import { Preparations } from './preparations.ts';
import type { Reception } from './reception.ts';
import type { ServedAddress } from './served-addresses.ts';
import type { ServedTable } from './served-table.ts';
import type { DatapathEvent, GiveUpReason } from './table.ts';

export interface AnsweringParts {
  readonly addresses: ServedTable;
  readonly checks: AddressChecks;
  readonly announcing: Announcing;
  readonly reception: Reception;
  /** Main is to know it. */
  readonly tell: (event: DatapathEvent) => void;
}

const heldBefore = { reason: 'heldBefore', from: undefined, afterMs: undefined } as const;

/** For which addresses this node answers: it begins with an announcement, and main is told of it and of the end. */
export class Answering {
  readonly #parts: AnsweringParts;
  readonly #preparations = new Preparations();
  #version = 0;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
  }

  /** Rises whenever it changes what is answered or listened for, and where. */
  get version(): number {
    return this.#version;
  }

  /** What is answered or listened for may be something else now, or elsewhere. */
  change(): void {
    this.#version += 1;
  }

  /** What solicitations have to arrive for: what is answered or will be, and what is probed for (RFC 4862 §5.4.2). */
  listening(): readonly ServedAddress[] {
    const { addresses, checks } = this.#parts;
    const listens = ({ ip, group, owned }: ServedAddress): boolean =>
      owned || checks.isProbing(ip) || this.#preparations.has(group);
    return addresses.served.all.filter(listens);
  }

  /** Memberships for all of `listening` are there, as far as they can be had. */
  joined(nowMs: number): void {
    this.#preparations.joined(nowMs);
  }

  /** This node owns the group from now on. Where nobody else answers for it, it does so at once. */
  take(group: string, cause: TakeCause, at: Instant): void {
    const { addresses, announcing } = this.#parts;
    announcing.took(group);
    const needsSolicitations = addresses.ofGroup(group).some(({ address }) => address.byteLength === 16);
    if (needsSolicitations && this.#preparations.begin(group, cause)) this.change();
    else this.#beginAll(group, cause, at);
  }

  /** When `advance` has something to do. */
  nextDueMs(): number {
    return this.#preparations.nextDueMs();
  }

  /** Begins with what is prepared for. */
  advance(at: Instant): void {
    for (
      let due = this.#preparations.takeDue(at.nowMs);
      due !== undefined;
      due = this.#preparations.takeDue(at.nowMs)
    ) {
      this.#beginAll(...due, at);
    }
  }

  giveUp(group: string, reason: GiveUpReason, at: Instant): void {
    this.#parts.announcing.gaveUp(group);
    if (this.#preparations.has(group)) this.change();
    this.#preparations.drop(group);
    for (const served of this.#parts.addresses.ofGroup(group)) this.end(served, reason, at);
  }

  /** Another speaker says that it gave the group up. */
  released(group: string, nowMs: number): void {
    const { addresses, reception } = this.#parts;
    for (const { ip, owned } of addresses.ofGroup(group)) if (owned) reception.released(ip, nowMs);
  }

  /** The address, also one that left the table. */
  end(served: ServedAddress, reason: GiveUpReason, at: Instant): void {
    const { checks, announcing, reception, tell } = this.#parts;
    if (checks.abandon(served.ip)) this.change();
    if (!served.owned) return;
    served.owned = false;
    this.change();
    const { ip, service } = served;
    announcing.stop(ip);
    reception.forget(ip);
    tell({ type: 'gaveUp', ip, service, reason, atMs: at.wallMs });
  }

  /** Nobody else turned out to use the addresses that were held back: those of groups that are still held are announced. */
  followChecks(holds: (group: string) => boolean, at: Instant): void {
    this.change();
    for (const [ip, cause] of this.#parts.checks.takeFree()) {
      const served = this.#parts.addresses.find(ip);
      if (served !== undefined && holds(served.group)) this.#begin(served, cause, at);
    }
  }

  /** What is answered follows what is owned, also where an address has come to another group. */
  followGroups(holds: (group: string) => boolean, at: Instant): void {
    for (const served of this.#parts.addresses.served.all) {
      const owned = holds(served.group);
      if (owned && !served.owned) this.#begin(served, heldBefore, at);
      else if (!owned && served.owned) this.end(served, 'betterCandidateLive', at);
    }
  }

  /** What was answered before the table changed, and now is on another link, is announced there. */
  followLinks(before: ReadonlyMap<string, ServedAddress>, at: Instant): void {
    for (const served of this.#parts.addresses.served.all) {
      if (hasNewInterface(before.get(served.ip), served)) this.#parts.announcing.start(served, at.nowMs);
    }
  }

  #beginAll(group: string, cause: TakeCause, at: Instant): void {
    for (const served of this.#parts.addresses.ofGroup(group)) this.#begin(served, cause, at);
  }

  /** Also where it is answered already, as one of another group: the others are told once it is announced. */
  #begin(served: ServedAddress, cause: TakeCause, at: Instant): void {
    const { checks, announcing, tell } = this.#parts;
    const { ip, service, group } = served;
    if (!served.owned) this.change();
    if (this.#preparations.has(group)) return;
    if (!served.owned && checks.holdsBack(ip, cause, at.nowMs)) return;
    announcing.start(served, at.nowMs);
    if (served.owned) return;
    served.owned = true;
    const { reason, from, afterMs } = cause;
    tell({ type: 'tookOver', ip, service, group, reason, from, afterMs, atMs: at.wallMs });
  }
}
