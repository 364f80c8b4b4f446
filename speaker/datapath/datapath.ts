import { announcementFrames, writeAnnouncement, writeDefence } from './announcement.ts';
import { Announcer, type AnnouncerOptions } from './announcer.ts';
import { senderHardwareAddressAt } from './arp.ts';
import { ConflictWatch } from './conflict.ts';
import type { Frame } from './frame.ts';
import type { FrameSink } from './frame-sink.ts';
import { type MacWords, macText, readMac } from './mac-words.ts';
import { ndpOption } from './ndp.ts';
import { linkLayerAddressAt } from './ndp-frame.ts';
import { type OwnershipChange, reassess } from './ownership.ts';
import { answerArp, answerNdp, claimedArpAddress, claimedNdpAddress } from './responder.ts';
import { type ServedAddress, ServedAddresses } from './served-addresses.ts';
import { addressViewOf, type LinksByIndex, serve } from './served-table.ts';
import type { DatapathEvent, DatapathTable, Link, Vip } from './table.ts';
import { VerdictCounts } from './verdict-counts.ts';

/** The same moment on two clocks: the monotonic one that schedules run on, and Unix time that others read. */
export interface Instant {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** Where each protocol's frames go. */
export interface AnnouncementSinks {
  readonly arp: FrameSink;
  readonly ndp: FrameSink;
}

const emptyTable: DatapathTable = { version: 0, self: '', members: [], vips: [] };

/**
 * All that the datapath thread decides: tables, links and frames go in, frames and events come out. It has neither
 * sockets nor a clock. Every collection in it is BOUNDED by the table or by the node's links; events wait for
 * `takeEvents`, which the loop calls each round.
 */
export class Datapath {
  readonly #announcer: Announcer;
  readonly #conflicts = new ConflictWatch();
  readonly #arpCounts = new VerdictCounts('arp');
  readonly #ndpCounts = new VerdictCounts('ndp');
  #table = emptyTable;
  #members: ReadonlySet<string> = new Set();
  #memberMacs: ReadonlySet<string> = new Set();
  /** By address: read once, when the table that first holds it arrives. */
  #addresses: ReadonlyMap<string, DataView> = new Map();
  /** Indexes of the interfaces that any address is answered on. */
  #interfaces: ReadonlySet<number> = new Set();
  #owned: ReadonlyMap<string, Vip> = new Map();
  #links: LinksByIndex;
  #linkMacs: ReadonlySet<string> = new Set();
  #served = new ServedAddresses([]);
  #servedByIp: ReadonlyMap<string, ServedAddress> = new Map();
  #events: DatapathEvent[] = [];
  #conflictCount = 0;

  /** Whether a node lives, as far as this thread knows: here, that its Lease is held. */
  isLive = (node: string): boolean => node === this.#table.self || this.#members.has(node);

  constructor(options: AnnouncerOptions) {
    this.#announcer = new Announcer(options);
  }

  /** What is answered now; another object after every change. */
  get served(): ServedAddresses {
    return this.#served;
  }

  /** Takes over a whole new table. Older versions than the one in force are dropped. */
  applyTable(table: DatapathTable, at: Instant): void {
    if (table.version < this.#table.version) return;
    this.#table = table;
    this.#members = new Set(table.members.map((member) => member.node));
    this.#memberMacs = new Set(table.members.flatMap((member) => member.macs.map((mac) => mac.toLowerCase())));
    this.#addresses = this.#readAddresses(table);
    this.#interfaces = new Set(table.vips.flatMap((vip) => vip.interfaces.map((one) => one.index)));
    this.reassess(at);
    this.#events.push({ type: 'tableApplied', version: table.version });
  }

  /** Takes over the node's links, all of them. A changed MAC and a regained carrier are announced at once. */
  applyLinks(links: readonly Link[], at: Instant): void {
    const before = this.#links;
    const now = new Map(links.map((link) => [link.index, link]));
    this.#links = now;
    this.#linkMacs = new Set(links.map((link) => link.mac));
    this.#events.push({ type: 'links', links });
    // Most links of a node are its pods': they come and go, and none of them serves.
    const serving = links.filter((link) => this.#interfaces.has(link.index));
    const isSaid = (link: Link): boolean => link.mac === textOf(this.#served.macOf(link.index));
    const news = serving.filter((link) =>
      before === undefined ? !isSaid(link) : isNews(before.get(link.index), link),
    );
    const changed = new Set(news.map((link) => link.index));
    if ([...this.#interfaces].some((index) => before?.get(index)?.mac !== now.get(index)?.mac)) this.#rebuild();
    if (changed.size === 0) return;
    for (const served of this.#served.all) {
      if (served.owned && served.interfaces.some((one) => changed.has(one.index))) this.#announce(served, at.nowMs);
    }
  }

  /** Works out who owns what; to be called when `isLive` has changed its mind. */
  reassess(at: Instant): void {
    const { self, vips } = this.#table;
    const readable = vips.filter((vip) => this.#addresses.has(vip.ip));
    const { owned, changes } = reassess(this.#owned, { self, vips: readable, isLive: this.isLive });
    const before = this.#servedByIp;
    this.#owned = owned;
    this.#rebuild();
    for (const change of changes) this.#enact(change, at);
    for (const served of this.#served.all) {
      if (hasNewInterface(before.get(served.ip), served)) this.#announce(served, at.nowMs);
    }
  }

  /** Gives everything up: the thread stops. */
  stop(at: Instant): void {
    for (const vip of this.#owned.values()) this.#enact({ type: 'gaveUp', vip, reason: 'stopping' }, at);
    this.#owned = new Map();
    this.#rebuild();
  }

  /** Puts the answer to an ARP frame, if there is one, into the sink. Allocates nothing but on a conflict. */
  receiveArp(frame: Frame, sink: FrameSink, nowMs: number): void {
    const verdict = answerArp(frame, sink.next(), this.#served);
    this.#arpCounts.add(verdict);
    if (verdict === 'answered') sink.push();
    else if (verdict === 'foreignClaim') {
      this.#judge(
        { served: claimedArpAddress(frame, this.#served), frame, macAt: senderHardwareAddressAt },
        sink,
        nowMs,
      );
    }
  }

  /** As `receiveArp`, for neighbour discovery. */
  receiveNdp(frame: Frame, sink: FrameSink, nowMs: number): void {
    const verdict = answerNdp(frame, sink.next(), this.#served);
    this.#ndpCounts.add(verdict);
    if (verdict === 'answered') sink.push();
    else if (verdict === 'foreignClaim') {
      const macAt = linkLayerAddressAt(frame.view, ndpOption.targetLinkLayerAddress);
      this.#judge({ served: claimedNdpAddress(frame, this.#served), frame, macAt }, sink, nowMs);
    }
  }

  nextDeadlineMs(): number {
    return this.#announcer.nextDeadlineMs();
  }

  /** Sends what is due. */
  announceDue(sinks: AnnouncementSinks, nowMs: number): void {
    for (let ip = this.#announcer.takeDue(nowMs); ip !== undefined; ip = this.#announcer.takeDue(nowMs)) {
      const served = this.#servedByIp.get(ip);
      if (served !== undefined) writeAnnouncement(served, served.address.byteLength === 4 ? sinks.arp : sinks.ndp);
    }
  }

  takeEvents(): readonly DatapathEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  counters(): Readonly<Record<string, number>> {
    const verdicts = [...this.#arpCounts.entries(), ...this.#ndpCounts.entries()];
    return { ...Object.fromEntries(verdicts), conflicts: this.#conflictCount };
  }

  #readAddresses(table: DatapathTable): ReadonlyMap<string, DataView> {
    const addresses = new Map<string, DataView>();
    for (const { ip } of table.vips) {
      const address = this.#addresses.get(ip) ?? addressViewOf(ip);
      if (address !== undefined) addresses.set(ip, address);
    }
    return addresses;
  }

  #rebuild(): void {
    const all = this.#table.vips.flatMap((vip) => {
      const address = this.#addresses.get(vip.ip);
      return address === undefined ? [] : [serve(vip, address, this.#owned.has(vip.ip), this.#links)];
    });
    this.#served = new ServedAddresses(all);
    this.#servedByIp = new Map(all.map((served) => [served.ip, served]));
  }

  #enact(change: OwnershipChange, at: Instant): void {
    const { ip, service, group } = change.vip;
    if (change.type === 'tookOver') {
      const served = this.#servedByIp.get(ip);
      if (served !== undefined) this.#announce(served, at.nowMs);
      const atMs = at.wallMs;
      const { reason } = change;
      this.#events.push({ type: 'tookOver', ip, service, group, reason, from: undefined, afterMs: undefined, atMs });
    } else {
      this.#announcer.stop(ip);
      this.#conflicts.forget(ip);
      this.#events.push({ type: 'gaveUp', ip, service, reason: change.reason, atMs: at.wallMs });
    }
  }

  #announce(served: ServedAddress, nowMs: number): void {
    this.#announcer.start(served.ip, announcementFrames(served.address, served.interfaces.length), nowMs);
  }

  #judge(
    claim: { readonly served: ServedAddress | undefined; readonly frame: Frame; readonly macAt: number },
    sink: FrameSink,
    nowMs: number,
  ): void {
    const { served, frame } = claim;
    const on = served?.interfaces.find((one) => one.index === frame.interfaceIndex);
    if (served === undefined || on === undefined) return;
    const { ip, service } = served;
    const mac = macText(readMac(frame.view, claim.macAt));
    // Linux answers on every link for what any of them holds (arp_ignore 0): that is this node, too.
    if (this.#linkMacs.has(mac)) return;
    const response = this.#conflicts.judge({ ip, mac, bySpeaker: this.#memberMacs.has(mac) }, nowMs);
    if (response.verdict === 'conflict') this.#conflictCount += 1;
    if (response.defend) writeDefence(served, on, sink);
    if (response.report) {
      const link = this.#links?.get(frame.interfaceIndex)?.name ?? String(frame.interfaceIndex);
      this.#events.push({ type: 'conflict', ip, service, mac, link });
    }
  }
}

/** Whether an address that was owned before, and is, has come to another link. */
function hasNewInterface(before: ServedAddress | undefined, now: ServedAddress): boolean {
  if (before === undefined || !before.owned || !now.owned) return false;
  return now.interfaces.some((one) => !before.interfaces.some((other) => other.index === one.index));
}

function textOf(mac: MacWords | undefined): string {
  return mac === undefined ? '' : macText(mac);
}

/** Whether neighbours have to be told again: the MAC is another, or frames get through again. */
function isNews(before: Link | undefined, now: Link): boolean {
  if (before === undefined) return now.carrier;
  return before.mac !== now.mac || (now.carrier && !before.carrier) || (now.up && !before.up);
}
