import { Conversation, type ConversationOptions } from './conversation.ts';
import { CutOff } from './cut-off.ts';
import { Detector, type DetectorEvent } from './detector.ts';
import { Handshake } from './handshake.ts';
import { Life } from './life.ts';
import type { LivenessEffect } from './liveness-effect.ts';
import type { Message, MessageHeader, Pulse } from './message.ts';
import { type LivenessMember, type Peer, Peers } from './peers.ts';
import { Ring } from './ring.ts';
import type { Standing, StandingReason } from './standing.ts';
import { Standings } from './standings.ts';
import { Voice, type VoiceOptions } from './voice.ts';
import { detectionMs, type PulseTiming } from './watch.ts';

export interface LivenessOptions extends VoiceOptions, ConversationOptions {
  /** 16 hex digits, another each time. */
  readonly nonce: () => string;
}

/**
 * Who lives, by pulses and by Leases. Nodes by name everywhere, identifiers only in messages. `nowMs` is monotonic;
 * drain the sockets before `advance`, so that a stall of this process makes nobody suspect. Starts without pulses, see
 * `setEnabled`. BOUNDED by the table; effects wait for `takeEffects`.
 */
export class Liveness {
  readonly #self: string;
  readonly #timing: PulseTiming;
  readonly #peers: Peers;
  readonly #handshake: Handshake;
  readonly #detector: Detector;
  readonly #cutOff: CutOff;
  readonly #standings = new Standings();
  readonly #life: Life;
  readonly #voice: Voice;
  readonly #conversation: Conversation;
  #effects: LivenessEffect[] = [];
  #members: readonly LivenessMember[] = [];
  /** Those that take part. */
  #others: readonly string[] = [];
  #enabled = false;
  #wasCutOff = false;

  constructor(options: LivenessOptions) {
    const { self } = options;
    this.#self = self;
    this.#timing = options;
    this.#peers = new Peers(self);
    this.#cutOff = new CutOff(detectionMs(options));
    this.#handshake = new Handshake(options.nonce);
    this.#detector = new Detector(self, options, new Ring([self]));
    this.#voice = new Voice(options);
    this.#life = new Life({ detector: this.#detector, handshake: this.#handshake, standings: this.#standings });
    this.#conversation = new Conversation(options, {
      peers: this.#peers,
      handshake: this.#handshake,
      detector: this.#detector,
      cutOff: this.#cutOff,
      standings: this.#standings,
      life: this.#life,
      voice: this.#voice,
    });
    this.#standings.join(self, true);
    this.#standings.takeChanges();
  }

  /** Hears nobody, and has no proof yet that the fault is not its own: it may take nothing new. */
  get cutOff(): boolean {
    return this.#cutOff.isCutOff;
  }

  /** All members, with or without self. */
  setMembers(members: readonly LivenessMember[], nowMs: number): void {
    this.#members = members;
    this.#applyMembers(nowMs);
  }

  /** A message that is authentic and no replay. Claims are a sign of life, no more. */
  receive(header: MessageHeader, message: Message, nowMs: number): void {
    this.#conversation.receive(header, message, nowMs);
    this.#settle(nowMs);
  }

  /** Takes in a pulse from which nothing follows but when its sender was heard; false where it is to be `receive`d. */
  receiveExpected(header: MessageHeader, pulse: Pulse, nowMs: number): boolean {
    return this.#conversation.receiveExpected(header, pulse, nowMs);
  }

  /** The member that messages name so (`nodeIdOf`). */
  nodeOf(sender: string): string | undefined {
    return this.#peers.identified(sender)?.node;
  }

  /** Whether that incarnation of the sender (`nodeIdOf`) has proved that it runs; others' claims do not count. */
  isVerified(sender: string, incarnation: string): boolean {
    const peer = this.#peers.identified(sender);
    return peer !== undefined && this.#handshake.verified(peer.node) === incarnation;
  }

  /** Asks a member to prove that it lives: it answers, and `contact` follows there. */
  ask(node: string, nowMs: number): void {
    this.#conversation.ask(node, nowMs);
  }

  /** The node answered the probe of an address that it holds. */
  ownerAnswered(node: string, nowMs: number): void {
    this.#detector.answered(node, nowMs);
    this.#settle(nowMs);
  }

  gatewayAnswered(nowMs: number): void {
    this.#cutOff.reached();
    this.#settle(nowMs);
  }

  /** When the API server was heard. */
  apiHeard(atMs: number): void {
    this.#cutOff.apiHeard(atMs);
    this.#settle(atMs);
  }

  /** Whether any interface that serves addresses has a carrier. */
  setCarrier(carrier: boolean, nowMs: number): void {
    this.#cutOff.setCarrier(carrier, nowMs);
    this.#settle(nowMs);
  }

  /** When its holder wrote it, and when it was seen here. */
  leaseRenewed(node: string, atMs: number, seenMs = atMs): void {
    const peer = this.#peers.named(node);
    if (peer?.member.takesPart) this.#life.leaseRenewed(peer, { atMs, seenMs });
    this.#settle(seenMs);
  }

  /** Without keys there are no pulses: all live by their Leases. */
  setEnabled(keysPresent: boolean, nowMs: number): void {
    if (keysPresent === this.#enabled) return;
    this.#enabled = keysPresent;
    this.#applyMembers(nowMs);
  }

  /** `claimsVersion` of the next pulses. */
  setClaimsVersion(version: number): void {
    this.#voice.setClaimsVersion(version);
  }

  /** This speaker is about to stop. */
  leave(nowMs: number): void {
    this.#standings.setLeaving(this.#self);
    this.#voice.leave(nowMs);
    this.#settle(nowMs);
  }

  /** Of self, too; a node that is no member is dead. */
  standing(node: string): Standing {
    return this.#standings.of(node);
  }

  /** Whether messages get through. */
  contact(node: string): boolean {
    return this.#detector.contact(node);
  }

  nextDeadlineMs(): number {
    return Math.min(this.#voice.nextDeadlineMs(), this.#nextChangeMs());
  }

  /** Does what is due. */
  advance(nowMs: number): void {
    // Mostly it is a pulse, and nothing else.
    if (this.#nextChangeMs() <= nowMs) this.#change(nowMs);
    this.#voice.advance(nowMs);
  }

  #nextChangeMs(): number {
    return Math.min(
      this.#detector.nextDeadlineMs(),
      this.#cutOff.nextDeadlineMs(),
      this.#handshake.nextDeadlineMs(),
      this.#standings.nextDeadlineMs(),
    );
  }

  #change(nowMs: number): void {
    this.#detector.advance(nowMs);
    this.#settle(nowMs);
    const question = this.#cutOff.takeDue(nowMs);
    if (question !== undefined) this.#effects.push({ type: question });
    this.#standings.advance(nowMs);
    this.#conversation.askDue(nowMs);
    this.#settle(nowMs);
  }

  /** Standings first, since a takeover waits for them; contacts last, so that a welcome precedes what is told. */
  takeEffects(): readonly LivenessEffect[] {
    const effects = this.#effects;
    for (const { to, message } of this.#voice.take()) effects.push({ type: 'send', to, message });
    for (const node of this.#conversation.takeContacts()) effects.push({ type: 'contact', node });
    if (effects.length > 0) this.#effects = [];
    return effects;
  }

  #applyMembers(nowMs: number): void {
    const members = this.#enabled ? this.#members : this.#members.map((member) => ({ ...member, takesPart: false }));
    const { joined, removed, changed } = this.#peers.setMembers(members, nowMs);
    this.#handshake.setMemberCount(this.#peers.size);
    const flipped = changed.filter(({ peer, before }) => peer.member.takesPart !== before.takesPart);
    for (const { peer } of flipped) this.#forget(peer, nowMs);
    for (const peer of removed) {
      this.#forget(peer, nowMs);
      this.#standings.remove(peer.node);
    }
    for (const peer of joined) this.#standings.join(peer.node, !peer.member.leaseExpired);
    if (joined.length + removed.length + flipped.length > 0) this.#rebuildRing();
    for (const { peer, before } of changed) this.#compareIncarnation(peer, before, nowMs);
    for (const peer of [...joined, ...changed.map((change) => change.peer)]) {
      this.#life.review(peer, 'leaseRenewed', nowMs);
    }
    this.#settle(nowMs);
  }

  /** A Lease may be older than what its holder proved since, and is newer where that is not in contact any more. */
  #compareIncarnation(peer: Peer, before: LivenessMember, nowMs: number): void {
    const { node, member } = peer;
    if (member.incarnation === before.incarnation || member.incarnation === this.#handshake.verified(node)) return;
    if (this.#detector.contact(node)) {
      this.ask(node, nowMs);
      return;
    }
    this.#forget(peer, nowMs);
    this.#standings.restart(node, nowMs);
  }

  #forget(peer: Peer, nowMs: number): void {
    this.#handshake.forget(peer.node);
    this.#voice.drop(peer.id);
    this.#detector.forget(peer.node, nowMs);
    this.#life.unblock(peer.node);
    peer.joinedMs = nowMs;
    peer.formerHeardMs = peer.heardMs;
    peer.heardMs = undefined;
  }

  #rebuildRing(): void {
    this.#others = [...this.#peers.all()].filter((peer) => peer.member.takesPart).map((peer) => peer.node);
    this.#detector.setRing(new Ring([this.#self, ...this.#others]));
  }

  /** Carries out what follows from what was heard, and not heard. */
  #settle(nowMs: number): void {
    do {
      this.#detector.rewatch(nowMs);
      this.#cutOff.setHearsNobody(this.#detector.hearsNobody(), nowMs);
      this.#detector.setTrusted(this.#cutOff.isTrusted, nowMs);
      // Whom nobody else watches any more is this node's to watch.
    } while (this.#detector.stale);
    const audience = this.#detector.takeAudience();
    if (audience !== undefined) this.#voice.setAudience(this.#others, audience, nowMs);
    for (const event of this.#detector.takeEvents()) this.#follow(event, nowMs);
    if (this.#wasCutOff !== this.cutOff) this.#effects.push({ type: 'cutOff', cutOff: this.cutOff });
    this.#wasCutOff = this.cutOff;
    for (const { node, blocked } of this.#life.takeBlockedChanges()) {
      this.#effects.push({ type: 'pulsesBlocked', node, blocked });
    }
    for (const { node, standing, why } of this.#standings.takeChanges()) {
      this.#effects.push({ type: 'standing', node, standing, why, silentMs: this.#silentMs(node, why, nowMs) });
    }
  }

  /** Who does not watch a member hears it seldom, and goes by the detection time of those that do. */
  #silentMs(node: string, why: StandingReason, nowMs: number): number | undefined {
    const peer = this.#peers.named(node);
    const heardMs = why === 'restarted' ? peer?.formerHeardMs : peer?.heardMs;
    const byWatchers = this.#detector.hearing(node) === undefined && !this.#life.isBlocked(node);
    if ((why === 'notHeard' || why === 'left') && byWatchers) {
      return Math.min(nowMs - (heardMs ?? Number.NEGATIVE_INFINITY), detectionMs(this.#timing));
    }
    return heardMs === undefined ? undefined : nowMs - heardMs;
  }

  #follow({ type, node }: DetectorEvent, nowMs: number): void {
    const peer = this.#peers.named(node);
    if (peer === undefined) return;
    const subject = this.#conversation.subject(peer);
    if (type === 'late' || type === 'probe') this.#conversation.askForSign(node);
    if (type === 'probe') this.#effects.push({ type: 'probeOwner', node });
    if (type === 'suspect') this.#voice.suspect(subject, nowMs);
    if (type === 'suspectAgain') this.#voice.suspectAgain(subject, nowMs);
    if (type === 'unsuspect') this.#voice.alive(subject, nowMs);
    if (type === 'unwatched') this.#voice.drop(subject.id);
    if (type === 'revived') {
      this.#conversation.contact(node);
      this.#life.unblock(node);
    }
    this.#life.review(peer, 'returned', nowMs);
  }
}
