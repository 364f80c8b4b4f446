import type { CutOff } from './cut-off.ts';
import type { Detector } from './detector.ts';
import type { Handshake } from './handshake.ts';
import type { Life } from './life.ts';
import {
  type Alive,
  type Hello,
  type Message,
  type MessageHeader,
  noNonce,
  type Pulse,
  type Suspect,
  type Welcome,
} from './message.ts';
import { nodeIdOf } from './node-id.ts';
import type { Peer, Peers } from './peers.ts';
import { probationMs, type Standings } from './standings.ts';
import type { Subject, Voice } from './voice.ts';

export interface ConversationOptions {
  readonly self: string;
  /** Of this node's speaker. */
  readonly incarnation: string;
}

export interface ConversationParts {
  readonly peers: Peers;
  readonly handshake: Handshake;
  readonly detector: Detector;
  readonly cutOff: CutOff;
  readonly standings: Standings;
  readonly life: Life;
  readonly voice: Voice;
}

/** What the messages of the members mean, and what is answered. BOUNDED by the members. */
export class Conversation {
  readonly #self: string;
  readonly #selfId: string;
  readonly #incarnation: string;
  readonly #parts: ConversationParts;
  readonly #contacts = new Set<string>();

  constructor({ self, incarnation }: ConversationOptions, parts: ConversationParts) {
    this.#self = self;
    this.#selfId = nodeIdOf(self);
    this.#incarnation = incarnation;
    this.#parts = parts;
  }

  /** A message that is authentic and no replay. */
  receive({ sender, incarnation }: MessageHeader, message: Message, nowMs: number): void {
    const peer = this.#parts.peers.identified(sender);
    if (!peer?.member.takesPart) return;
    if (message.type === 'welcome') this.#welcomed(peer, incarnation, message, nowMs);
    else if (this.#parts.handshake.verified(peer.node) === incarnation) this.#accept(peer, message, nowMs);
    else this.#greet(peer, incarnation, message, nowMs);
  }

  /** A pulse of a member that is well, as nearly all messages are: nothing follows but when it was heard. False for others. */
  receiveExpected({ sender, incarnation }: MessageHeader, message: Pulse, nowMs: number): boolean {
    const { peers, handshake, detector, standings, life, voice } = this.#parts;
    const peer = peers.identified(sender);
    if (message.leaving || !peer?.member.takesPart || handshake.verified(peer.node) !== incarnation) return false;
    const { node } = peer;
    if (!detector.hearsAll(node) || standings.of(node) === 'dead' || life.isBlocked(node)) return false;
    detector.heard(node, nowMs);
    peer.heardMs = nowMs;
    detector.setTiming(node, message);
    voice.heardPulse(nowMs);
    return true;
  }

  /** Asks a member to prove that it lives. */
  ask(node: string, nowMs: number): void {
    const { peers, handshake } = this.#parts;
    if (peers.named(node)?.member.takesPart && handshake.ask(node, nowMs)) this.#hello([node], nowMs);
  }

  /** Asks all whose turn it is. */
  askDue(nowMs: number): void {
    const { handshake, peers, life } = this.#parts;
    const due = handshake.takeDue(nowMs);
    this.#hello(due, nowMs);
    for (const node of due) {
      const peer = peers.named(node);
      if (peer?.member.leaseExpired) life.review(peer, 'returned', nowMs);
    }
  }

  /** How messages name a member. */
  subject({ node, id, member }: Peer): Subject {
    return { id, incarnation: this.#parts.handshake.verified(node) ?? member.incarnation };
  }

  /** Asks a member for any message: a pulse of it is missing. */
  askForSign(node: string): void {
    this.#parts.voice.say([node], { type: 'hello', nonce: noNonce });
  }

  /** There is something to tell it: what this node holds. */
  contact(node: string): void {
    this.#contacts.add(node);
  }

  takeContacts(): readonly string[] {
    if (this.#contacts.size === 0) return [];
    const contacts = [...this.#contacts];
    this.#contacts.clear();
    return contacts;
  }

  /** A message of an incarnation that has not proved that it runs: it may be a recorded one. */
  #greet(peer: Peer, incarnation: string, message: Message, nowMs: number): void {
    // The hello goes before the welcome: so the member's welcome comes before what it tells of its claims.
    this.ask(peer.node, nowMs);
    if (message.type !== 'hello') return;
    const isRestarted = incarnation !== this.subject(peer).incarnation;
    this.#welcome(peer, message, isRestarted || this.#parts.detector.isDead(peer.node), nowMs);
  }

  #welcomed(peer: Peer, incarnation: string, message: Welcome, nowMs: number): void {
    const { handshake, standings, detector, life } = this.#parts;
    const { node } = peer;
    const former = this.subject(peer).incarnation;
    const verdict = handshake.welcomed(node, incarnation, message.nonce, nowMs);
    if (verdict === 'stale') {
      // No proof, but as good a sign of life as a pulse.
      if (handshake.verified(node) === incarnation) this.#heard(peer, nowMs);
      return;
    }
    if (verdict === 'verified') {
      peer.formerHeardMs = peer.heardMs;
      if (incarnation !== former) standings.restart(node, nowMs);
      detector.meet(node, nowMs);
      this.#contacts.add(node);
    }
    this.#heard(peer, nowMs);
    detector.proved(node);
    life.unblock(node);
    life.review(peer, 'returned', nowMs);
    const leftMs = Math.min(message.probationMs, probationMs);
    if (leftMs > 0) standings.putOnProbation(this.#self, nowMs + leftMs);
  }

  #accept(peer: Peer, message: Exclude<Message, Welcome>, nowMs: number): void {
    const { detector, standings, voice } = this.#parts;
    const { node } = peer;
    this.#heard(peer, nowMs);
    if (message.type === 'pulse') {
      detector.setTiming(node, message);
      voice.heardPulse(nowMs);
    }
    if (message.type === 'leave' || (message.type === 'pulse' && message.leaving)) standings.setLeaving(node);
    if (message.type === 'hello') {
      this.#welcome(peer, message, detector.isDead(node), nowMs);
      if (message.nonce !== noNonce) this.#contacts.add(node);
    }
    if (message.type === 'suspect' || message.type === 'alive') this.#listen(peer, message, nowMs);
  }

  /** What another watcher says of a third member, or of this one. */
  #listen(peer: Peer, { type, target, targetIncarnation }: Suspect | Alive, nowMs: number): void {
    // Whoever suspects this node hears by the hello that it lives, and answers how long its probation lasts.
    if (target === this.#selfId && targetIncarnation === this.#incarnation) this.ask(peer.node, nowMs);
    const { peers, detector } = this.#parts;
    const about = peers.identified(target);
    if (about === undefined || this.subject(about).incarnation !== targetIncarnation) return;
    if (type === 'suspect') detector.suspectedBy(peer.node, about.node, nowMs);
    else detector.heardBy(peer.node, about.node, nowMs);
  }

  #heard(peer: Peer, nowMs: number): void {
    const { detector, cutOff, life, standings } = this.#parts;
    const { node } = peer;
    const before = detector.heard(node, nowMs) ?? 'heard';
    peer.heardMs = nowMs;
    cutOff.reached();
    if (before !== 'heard') {
      this.#contacts.add(node);
      // It may have come to the same about this node: its welcome says so.
      this.ask(node, nowMs);
    }
    if (!detector.isDead(node)) life.unblock(node);
    if (before !== 'heard' || standings.of(node) === 'dead') life.review(peer, 'returned', nowMs);
  }

  #hello(to: readonly string[], nowMs: number): void {
    const { voice, handshake } = this.#parts;
    if (to.length > 0) voice.say(to, { type: 'hello', nonce: handshake.nonce(nowMs) });
  }

  #welcome({ node }: Peer, { nonce }: Hello, wasAway: boolean, nowMs: number): void {
    const { voice, standings } = this.#parts;
    const leftMs = wasAway ? probationMs : Math.ceil(standings.probationLeftMs(node, nowMs));
    voice.say([node], { type: 'welcome', nonce, probationMs: leftMs });
  }
}
