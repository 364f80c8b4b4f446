import type { FailoverMachine } from '../failover/failover.ts';
import type { FailoverEffect } from '../failover/failover-effect.ts';
import { isHeld, type Message, type MessageHeader } from '../liveness/message.ts';
import type { Standing } from '../liveness/standing.ts';
import type { Utterance } from '../liveness/voice.ts';
import { Abilities } from './abilities.ts';
import { AddressChecks } from './address-checks.ts';
import type { AnnouncerOptions } from './announcer.ts';
import { Announcing } from './announcing.ts';
import { Answering } from './answering.ts';
import type { Instruction } from './datapath-message.ts';
import type { DefaultGateway } from './default-gateway.ts';
import { countStandings, membersOfTable, tellFailover } from './failover-input.ts';
import type { Frame } from './frame.ts';
import type { FrameSink, FrameSinks } from './frame-sink.ts';
import type { Instant } from './instant.ts';
import { hasNewCarrier, hasNewMac, linkNews } from './link-news.ts';
import { Probing } from './probing.ts';
import { Reception } from './reception.ts';
import type { ServedAddress, ServedAddresses } from './served-addresses.ts';
import { ServedTable } from './served-table.ts';
import type { DatapathEvent, DatapathTable, Link } from './table.ts';
import type { ProbeTarget } from './wire-probes.ts';

export interface DatapathOptions {
  readonly announcer: AnnouncerOptions;
  /** Decides who lives and who owns what. */
  readonly failover: FailoverMachine;
  /** This node's, as they are now. */
  readonly gateways: () => readonly DefaultGateway[];
}

/** What has come, and waits in the sockets. */
export interface Intake {
  /** Messages that are authentic and no replays. */
  readonly readMessages: (reader: (header: MessageHeader, message: Message) => void) => void;
  /** Answers requests for what is owned now. */
  readonly answerFrames: () => void;
}

const nothing: readonly never[] = [];
const emptyTable: DatapathTable = { version: 0, self: '', members: [], vips: [] };

/**
 * All that the datapath thread does with what it decides: instructions, links, messages and frames go in; frames,
 * messages and events come out. It has neither sockets nor a clock. Every collection in it is BOUNDED by the table or by
 * the node's links; messages and events wait until the loop takes them, each round.
 */
export class Datapath {
  readonly #failover: FailoverMachine;
  readonly #probing: Probing;
  readonly #checks = new AddressChecks();
  readonly #reception: Reception;
  readonly #addresses = new ServedTable();
  readonly #abilities = new Abilities(this.#addresses, this.#checks);
  readonly #announcing: Announcing;
  readonly #answering: Answering;
  #table = emptyTable;
  #unsettled = false;
  readonly #messages: Utterance[] = [];
  readonly #events: DatapathEvent[] = [];

  constructor(options: DatapathOptions) {
    this.#failover = options.failover;
    this.#announcing = new Announcing(options.announcer, this.#addresses);
    this.#probing = new Probing(options.gateways);
    this.#reception = new Reception(this.#probing, this.#checks, {
      conflict: (event) => void this.#events.push(event),
      probed: (target, nowMs) => this.#probed(target, nowMs),
    });
    this.#answering = new Answering({
      addresses: this.#addresses,
      checks: this.#checks,
      announcing: this.#announcing,
      reception: this.#reception,
      tell: (event) => void this.#events.push(event),
    });
  }

  /** What is answered now. */
  get served(): ServedAddresses {
    return this.#addresses.served;
  }

  /** What solicitations have to arrive for: what is answered or will be, and what is probed for (RFC 4862 §5.4.2). */
  listening(): readonly ServedAddress[] {
    return this.#answering.listening();
  }

  /** Memberships for all of `listening` are there, as far as they can be had. */
  joined(nowMs: number): void {
    this.#answering.joined(nowMs);
  }

  /** Rises whenever it changes what is answered or listened for, and where. */
  get servedVersion(): number {
    return this.#answering.version;
  }

  /** How many members there are of each standing, this node among them. */
  standings(): Readonly<Partial<Record<Standing, number>>> {
    return countStandings(this.#table, (node) => this.#failover.standing(node));
  }

  instruct(instruction: Instruction, at: Instant): void {
    if (instruction.type === 'table') this.applyTable(instruction.table, at);
    else tellFailover(this.#failover, instruction, at.nowMs);
    this.settle(at);
  }

  /** Takes over a whole new table. Older versions than the one in force are dropped. */
  applyTable(table: DatapathTable, at: Instant): void {
    if (table.version < this.#table.version) return;
    const before = this.#addresses.byIp;
    const wasProbing = this.#checks.probing;
    this.#table = table;
    this.#reception.setMembers(table.members, at.nowMs);
    for (const served of this.#addresses.setVips(table.vips, this.#abilities.links)) {
      if (served.owned) this.#answering.end(served, 'addressRemoved', at);
    }
    const isNew = this.#addresses.byIp !== before;
    if (isNew || wasProbing) this.#answering.change();
    this.#checks.setVips(this.#addresses.vips);
    this.#failover.setLinks(new Map(), this.#abilities.hasCarrier(), at.nowMs);
    this.#failover.setTable(membersOfTable(table), this.#abilities.groups(before), at.nowMs);
    this.settle(at);
    if (isNew) {
      this.#answering.followGroups(this.#holds, at);
      this.#answering.followLinks(before, at);
    }
    this.#events.push({ type: 'tableApplied', version: table.version });
  }

  /** Takes over the node's links, all of them. A changed MAC and a regained carrier are announced at once. */
  applyLinks(links: readonly Link[], at: Instant): void {
    // Most links of a node are its pods': they come and go, and none of them serves.
    const serving = [...this.#addresses.interfaces];
    const change = { before: this.#abilities.links, now: new Map(links.map((link) => [link.index, link])), serving };
    const news = linkNews(change, this.served);
    this.#abilities.links = change.now;
    this.#reception.setLinks(change.now);
    this.#events.push({ type: 'links', links });
    if (hasNewMac(change)) {
      this.#addresses.setLinks(change.now);
      this.#answering.change();
    }
    if (hasNewCarrier(change)) {
      this.#abilities.tell(this.#failover, at.nowMs);
      this.settle(at);
    }
    if (news.size === 0) return;
    for (const served of this.served.all) {
      if (served.owned && served.interfaces.some((one) => news.has(one.index)))
        this.#announcing.start(served, at.nowMs);
    }
  }

  /** Whether there are keys, and a way for pulses to go. */
  setPulses(possible: boolean, at: Instant): void {
    this.#failover.setEnabled(possible, at.nowMs);
    this.settle(at);
  }

  /**
   * Takes in all messages that have come, and carries out what follows. Where another node takes over in order, it answers
   * what comes after that; what came before lies in this node's sockets, too, and is answered before this node gives up.
   */
  takeIn({ readMessages, answerFrames }: Intake, at: Instant): void {
    const { handsOver } = this.#failover;
    readMessages((header, message) => this.#receiveMessage(header, message, at.nowMs));
    if (!this.unsettled) return;
    if (handsOver) answerFrames();
    this.settle(at);
  }

  /** Does what is due among the speakers. */
  advance(at: Instant): void {
    this.#failover.advance(at.nowMs);
    this.settle(at);
    this.#answering.advance(at);
  }

  /** Gives everything up: the thread stops. */
  stop(at: Instant): void {
    this.#failover.stop(at.nowMs);
    this.settle(at);
  }

  /** Puts the answer to an ARP frame, if there is one, into the sink. */
  receiveArp(frame: Frame, sink: FrameSink, nowMs: number): void {
    this.#reception.arp(frame, sink, this.#addresses.served, nowMs);
  }

  /** As `receiveArp`, for neighbour discovery. */
  receiveNdp(frame: Frame, sink: FrameSink, nowMs: number): void {
    this.#reception.ndp(frame, sink, this.#addresses.served, nowMs);
  }

  /** When `advance` has something to do. */
  nextDecisionMs(): number {
    return Math.min(this.#failover.nextDeadlineMs(), this.#answering.nextDueMs());
  }

  /** When `sendDue` has something to send. */
  nextFrameMs(): number {
    return Math.min(this.#announcing.nextDeadlineMs(), this.#checks.nextDueMs());
  }

  /** Sends the probes that are wanted and the announcements that are due. */
  sendDue(sinks: FrameSinks, nowMs: number): void {
    if (this.#probing.wanted) {
      this.#probing.send(
        { table: this.#addresses, links: this.#abilities.links, members: this.#table.members },
        sinks,
        nowMs,
      );
    }
    if (this.#checks.nextDueMs() <= nowMs) this.#checks.send((ip) => this.#addresses.find(ip), sinks, nowMs);
    this.#announcing.send(sinks, nowMs, (group) => {
      this.#failover.announced(group, nowMs);
      this.#unsettled = true;
    });
  }

  takeMessages(): readonly Utterance[] {
    return this.#messages.length === 0 ? nothing : this.#messages.splice(0);
  }

  takeEvents(): readonly DatapathEvent[] {
    return this.#events.length === 0 ? nothing : this.#events.splice(0);
  }

  counters(): Readonly<Record<string, number>> {
    return this.#reception.counters();
  }

  /** `settle` has something to do. */
  get unsettled(): boolean {
    return this.#unsettled || this.#checks.hasNews;
  }

  /** Carries out what was decided. */
  settle(at: Instant): void {
    this.#unsettled = false;
    if (this.#checks.hasNews) this.#followChecks(at);
    for (let effects = this.#failover.takeEffects(); effects.length > 0; effects = this.#failover.takeEffects()) {
      for (const effect of effects) this.#carryOut(effect, at);
    }
  }

  #receiveMessage(header: MessageHeader, message: Message, nowMs: number): void {
    this.#unsettled = true;
    this.#failover.receive(header, message, nowMs);
    if (message.type !== 'claims' || !this.#failover.isVerified(header.sender, header.incarnation)) return;
    for (const { group, state } of message.entries) if (!isHeld(state)) this.#answering.released(group, nowMs);
  }

  #carryOut(effect: FailoverEffect, at: Instant): void {
    switch (effect.type) {
      case 'send':
        this.#messages.push(effect);
        break;
      case 'take':
        this.#answering.take(effect.group, effect, at);
        break;
      case 'giveUp':
        this.#answering.giveUp(effect.group, effect.reason, at);
        break;
      case 'announceAgain':
        this.#announcing.again(effect.group, at.nowMs);
        break;
      case 'probeOwner':
        if (effect.group !== undefined) this.#probing.wantOwner(effect.node, effect.group);
        break;
      case 'probeGateway':
        this.#probing.wantGateway();
        break;
      default:
        this.#events.push(effect);
    }
  }

  /** Announces what nobody else turned out to use; what somebody does this node can't serve. */
  #followChecks(at: Instant): void {
    this.#answering.followChecks(this.#holds, at);
    if (!this.#checks.takeFound()) return;
    this.#events.push({ type: 'addressesInUse', addresses: this.#checks.found(at) });
    this.#abilities.tell(this.#failover, at.nowMs);
    this.#answering.followGroups(this.#holds, at);
  }

  readonly #holds = (group: string): boolean => this.#failover.holds(group);

  #probed(target: ProbeTarget, nowMs: number): void {
    this.#unsettled = true;
    if (target.type === 'owner') this.#failover.ownerAnswered(target.node, nowMs);
    else this.#failover.gatewayAnswered(nowMs);
  }
}
