import { type AddressInUse, inUseForMs, longestInUseList } from '../../shared/api/address-in-use.ts';
import { type AddressCheck, type CheckEvent, newAddressCheck, stepAddressCheck } from './address-check.ts';
import { writeArpRequest } from './arp.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import type { FrameSinks } from './frame-sink.ts';
import type { Instant } from './instant.ts';
import { broadcastMac } from './mac-words.ts';
import { writeDuplicateAddressDetection } from './ndp-frame.ts';
import type { ServedAddress } from './served-addresses.ts';
import type { TakeoverReason, Vip } from './table.ts';

/** Why this node takes an address, as its group's `take` says. */
export interface TakeCause {
  readonly reason: TakeoverReason;
  readonly from: string | undefined;
  readonly afterMs: number | undefined;
  /** Another node answers for it until this one says that it does. */
  readonly answered?: boolean;
}

/** A station that uses an address, and the link on which it was heard. */
export interface ForeignUser {
  readonly mac: string;
  readonly link: string;
}

interface Found extends ForeignUser {
  /** When it is tried again. */
  readonly dueMs: number;
  /** The same in Unix time, once it was told. */
  untilMs: number | undefined;
}

/** Probes are spread as announcements are: so many frames leave in each tick. */
const framesPerTick = 200;
const tickMs = 10;
const noAddress = 0;

/**
 * Holds back what this node takes until it is known that no other machine uses it: addresses of pools with
 * `conflictCheck` that nobody of the cluster has announced yet. BOUNDED by the table, and by `longestInUseList` where it
 * outlives the table.
 */
export class AddressChecks {
  /** Of the table, those that are to be checked, and who holds their Services by the reports. */
  #wanted: ReadonlyMap<string, string | undefined> = new Map();
  readonly #checks = new Map<string, AddressCheck>();
  readonly #causes = new Map<string, TakeCause>();
  readonly #found = new Map<string, Found>();
  readonly #deadlines = new DeadlineHeap<string>();
  #free: string[] = [];
  #foundChanged = false;
  #tickStartMs = Number.NEGATIVE_INFINITY;
  #spent = 0;

  /** Probes are under way: frames are to be looked at for `used`. */
  get probing(): boolean {
    return this.#causes.size > 0;
  }

  isProbing(ip: string): boolean {
    return this.#causes.has(ip);
  }

  /** `takeFree` or `takeFound` has something. */
  get hasNews(): boolean {
    return this.#foundChanged || this.#free.length > 0;
  }

  /** Another table. What is not to be checked any more is free: somebody has announced it meanwhile. */
  setVips(vips: readonly Vip[]): void {
    this.#wanted = new Map(vips.filter(({ check }) => check === true).map(({ ip, holder }) => [ip, holder]));
    if (this.#checks.size === 0) return;
    const all = new Set(vips.map(({ ip }) => ip));
    for (const ip of [...this.#checks.keys()]) {
      if (this.#wanted.has(ip) || (!all.has(ip) && this.#found.has(ip))) continue;
      if (all.has(ip) && this.#causes.has(ip)) this.#free.push(ip);
      else this.#causes.delete(ip);
      this.#forget(ip);
    }
  }

  /** A speaker that starts is not known at once: what it was taken for is tried again. */
  setMemberMacs(macs: ReadonlySet<string>): void {
    for (const [ip, { mac }] of this.#found) if (macs.has(mac)) this.#forget(ip);
  }

  /** Another machine uses the address. */
  inUse(ip: string): boolean {
    return this.#found.has(ip);
  }

  /** All of those, as the speaker's Lease tells of them. */
  found({ nowMs, wallMs }: Instant): readonly AddressInUse[] {
    return Array.from(this.#found, ([address, found]) => {
      found.untilMs ??= Math.round(wallMs + found.dueMs - nowMs);
      return { address, mac: found.mac, interface: found.link, untilMs: found.untilMs };
    });
  }

  /** Whether the address is not to be announced yet; `takeFree` gives it once it is. */
  holdsBack(ip: string, cause: TakeCause, nowMs: number): boolean {
    const check = this.#checks.get(ip);
    if (!this.#wanted.has(ip) || check?.type === 'free') return false;
    // A holder that reports alone name announced something else: of this address they know nothing.
    if (check === undefined && cause.from !== undefined && cause.from !== this.#wanted.get(ip)) {
      this.#checks.set(ip, { type: 'free' });
      return false;
    }
    if (check !== undefined) return true;
    this.#causes.set(ip, cause);
    this.#put(ip, newAddressCheck(nowMs));
    return true;
  }

  /** This node is not to have the address after all; returns whether it was probed for. */
  abandon(ip: string): boolean {
    const probing = this.#causes.delete(ip);
    if (probing) this.#forget(ip);
    return probing;
  }

  /** Another machine says that it has the address, or is about to. Counts only while this node probes for it. */
  used(ip: string, by: ForeignUser, nowMs: number): void {
    if (this.#causes.has(ip)) this.#step(ip, { type: 'used', nowMs, forMs: inUseForMs }, by);
  }

  /** When `send` has something to do. */
  nextDueMs(): number {
    const dueMs = this.#deadlines.first()?.dueMs ?? Number.POSITIVE_INFINITY;
    return this.#spent < framesPerTick ? dueMs : Math.max(dueMs, this.#tickStartMs + tickMs);
  }

  /** Sends the probes that are due, and finds what is free by now. */
  send(find: (ip: string) => ServedAddress | undefined, sinks: FrameSinks, nowMs: number): void {
    if (nowMs - this.#tickStartMs >= tickMs) {
      this.#tickStartMs = nowMs;
      this.#spent = 0;
    }
    for (let due = this.#deadlines.first(); due !== undefined && due.dueMs <= nowMs; due = this.#deadlines.first()) {
      if (this.#spent >= framesPerTick) return;
      const ip = due.key;
      if (this.#step(ip, { type: 'time', nowMs }) !== 'probe') continue;
      const served = find(ip);
      if (served === undefined) this.abandon(ip);
      else this.#spent += writeProbes(served, sinks);
    }
  }

  /** What is free since this was last asked, and why it is taken. */
  takeFree(): readonly (readonly [ip: string, cause: TakeCause])[] {
    const free = this.#free.flatMap((ip) => {
      const cause = this.#causes.get(ip);
      this.#causes.delete(ip);
      return cause === undefined ? [] : [[ip, cause] as const];
    });
    this.#free = [];
    return free;
  }

  /** Whether `found` says something else since this was last asked. */
  takeFound(): boolean {
    const changed = this.#foundChanged;
    this.#foundChanged = false;
    return changed;
  }

  #step(ip: string, event: CheckEvent, by?: ForeignUser) {
    const before = this.#checks.get(ip);
    if (before === undefined) return undefined;
    const { check, action } = stepAddressCheck(before, event);
    if (action === 'tryAgain') this.#forget(ip);
    else if (check !== undefined) this.#put(ip, check);
    if (action === 'announce') this.#free.push(ip);
    if (action === 'report' && check?.type === 'inUse' && by !== undefined) {
      this.#report(ip, { ...by, dueMs: check.dueMs, untilMs: undefined });
    }
    return action;
  }

  #put(ip: string, check: AddressCheck): void {
    this.#checks.set(ip, check);
    if (check.type === 'free') this.#deadlines.delete(ip);
    else this.#deadlines.set(ip, check.dueMs);
  }

  #report(ip: string, found: Found): void {
    this.#causes.delete(ip);
    this.#found.set(ip, found);
    this.#foundChanged = true;
    // The oldest are tried again before their time.
    for (const oldest of this.#found.keys()) if (this.#found.size > longestInUseList) this.#forget(oldest);
  }

  #forget(ip: string): void {
    this.#checks.delete(ip);
    this.#deadlines.delete(ip);
    this.#foundChanged = this.#found.delete(ip) || this.#foundChanged;
  }
}

/** One probe on each interface; returns how many frames that are (RFC 5227 §2.1.1; RFC 4862 §5.4.2). */
function writeProbes({ address, interfaces }: ServedAddress, { arp, ndp }: FrameSinks): number {
  const sink = address.byteLength === 4 ? arp : ndp;
  for (const { index, mac } of interfaces) {
    const frame = sink.next();
    frame.length =
      address.byteLength === 4
        ? writeArpRequest(frame.view, broadcastMac, { mac, address: noAddress }, address.getInt32(0))
        : writeDuplicateAddressDetection(frame.view, mac, address);
    frame.interfaceIndex = index;
    sink.push();
  }
  return interfaces.length;
}
