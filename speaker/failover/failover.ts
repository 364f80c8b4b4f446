import { Liveness, type LivenessOptions } from '../liveness/liveness.ts';
import type { LivenessEffect, StandingEffect } from '../liveness/liveness-effect.ts';
import type { Message, MessageHeader } from '../liveness/message.ts';
import type { LivenessMember } from '../liveness/peers.ts';
import type { Standing } from '../liveness/standing.ts';
import { detectionMs } from '../liveness/watch.ts';
import type { NodeFacts } from '../ownership/known-nodes.ts';
import type { Failback, OwnedGroup } from '../ownership/owned-group.ts';
import { Ownership } from '../ownership/ownership.ts';
import type { OwnershipEffect } from '../ownership/ownership-effect.ts';
import { CarrierReturn } from './carrier-return.ts';
import { Contacts } from './contacts.ts';
import type { FailoverEffect } from './failover-effect.ts';
import { KeyWait } from './key-wait.ts';

export interface FailoverOptions extends LivenessOptions {
  readonly failback: Failback;
  /** False where no keys will come, since this speaker has no port for messages: then there is nothing to wait for. */
  readonly awaitsKeys?: boolean;
}

/**
 * Who lives and who owns what, as one machine: the table, messages and evidence go in, effects come out. All times are
 * ms of one monotonic clock. Drain the sockets before `advance`. BOUNDED by the table; effects wait for `takeEffects`.
 */
export class Failover {
  readonly #self: string;
  readonly #liveness: Liveness;
  readonly #ownership: Ownership;
  readonly #contacts = new Contacts();
  readonly #carrierReturn: CarrierReturn;
  readonly #keyWait: KeyWait;
  /** Members that live. */
  readonly #up = new Set<string>();
  #enabled = false;
  #hasOthers = false;
  /** Groups were announced, and `takeEffects` has not been called since. */
  #announcedMs: number | undefined;
  #effects: FailoverEffect[] = [];
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor(options: FailoverOptions) {
    this.#self = options.self;
    this.#liveness = new Liveness(options);
    this.#carrierReturn = new CarrierReturn(detectionMs(options));
    this.#keyWait = new KeyWait(options.awaitsKeys ?? true);
    this.#ownership = new Ownership(options);
  }

  /** The table: members (this node may be among them), and the groups that this node may own or holds. */
  setTable(members: readonly LivenessMember[], groups: readonly OwnedGroup[], nowMs: number): void {
    const others = members.filter(({ node }) => node !== this.#self);
    const isMember = others.length < members.length;
    this.#hasOthers = others.length > 0;
    this.#keyWait.setTable(!this.#hasOthers, nowMs);
    const gone = this.#contacts.setMembers(others, nowMs);
    if (isMember) this.#contacts.begin(nowMs);
    this.#liveness.setMembers(others, nowMs);
    this.#judge([this.#self], nowMs);
    this.#settle(nowMs);
    for (const node of gone) this.#ownership.removeNode(node, nowMs);
    this.#judge(this.#contacts.members(), nowMs);
    if (isMember) this.#ownership.begin(nowMs);
    this.#ownership.setGroups(groups, nowMs);
    this.#settle(nowMs);
  }

  /** Links changed: which groups this node can serve now, and whether any link that serves has a carrier. */
  setLinks(able: ReadonlyMap<string, boolean>, carrier: boolean, nowMs: number): void {
    this.#liveness.setCarrier(carrier, nowMs);
    this.#carrierReturn.setCarrier(carrier, nowMs, this.#hasOthers);
    this.#setCutOff(nowMs);
    this.#ownership.setAble(able, nowMs);
    this.#settle(nowMs);
  }

  /** Whether there are keys to sign messages with. Without them Leases and the API server's word decide. */
  setEnabled(keysPresent: boolean, nowMs: number): void {
    if (keysPresent === this.#enabled) return;
    this.#enabled = keysPresent;
    this.#keyWait.setPresent(keysPresent);
    this.#contacts.setEnabled(keysPresent);
    this.#liveness.setEnabled(keysPresent, nowMs);
    this.#judge(this.#contacts.members(), nowMs);
    if (keysPresent) this.#ownership.learn(nowMs);
    this.#settle(nowMs);
  }

  /** A message that is authentic and no replay. */
  receive(header: MessageHeader, message: Message, nowMs: number): void {
    const node = this.#liveness.nodeOf(header.sender);
    if (node === undefined) return;
    const from = { node, incarnation: header.incarnation };
    const isKnown = message.type === 'pulse' && this.#ownership.isCurrent(from, message.claimsVersion);
    // Ten times a second from each neighbour, and nothing is to be settled.
    if (isKnown && this.#liveness.receiveExpected(header, message, nowMs)) return;
    this.#liveness.receive(header, message, nowMs);
    this.#settle(nowMs);
    if (!this.#liveness.isVerified(header.sender, header.incarnation)) return;
    if (message.type === 'pulse') this.#ownership.hearVersion(from, message.claimsVersion, nowMs);
    if (message.type === 'claims') {
      // It may claim what is held elsewhere: that it lives must not wait until it is sought again.
      if (this.#liveness.standing(node) === 'dead') this.#liveness.ask(node, nowMs);
      this.#ownership.receiveClaims(from, message, nowMs);
    }
    this.#settle(nowMs);
  }

  /** The node answered a `probeOwner`. */
  ownerAnswered(node: string, nowMs: number): void {
    this.#liveness.ownerAnswered(node, nowMs);
    this.#settle(nowMs);
  }

  gatewayAnswered(nowMs: number): void {
    this.#liveness.gatewayAnswered(nowMs);
    this.#settle(nowMs);
  }

  apiHeard(nowMs: number): void {
    this.#liveness.apiHeard(nowMs);
    this.#settle(nowMs);
  }

  /** When its holder wrote it, and when it was seen here. */
  leaseRenewed(node: string, atMs: number, seenMs = atMs): void {
    this.#liveness.leaseRenewed(node, atMs, seenMs);
    this.#settle(seenMs);
  }

  /** The first announcement of a group that was taken has been sent. What is announced together is told together. */
  announced(group: string, nowMs: number): void {
    this.#ownership.announced(group);
    this.#announcedMs = nowMs;
  }

  /** This node is about to stop: others take over, then `drained` comes. */
  leave(nowMs: number): void {
    this.#liveness.leave(nowMs);
    this.#ownership.leave(nowMs);
    this.#settle(nowMs);
  }

  /** Gives everything up at once. */
  stop(nowMs: number): void {
    this.#ownership.stop();
    this.#settle(nowMs);
  }

  /** Whether that incarnation of the sender (`nodeIdOf`) has proved that it runs. */
  isVerified(sender: string, incarnation: string): boolean {
    return this.#liveness.isVerified(sender, incarnation);
  }

  standing(node: string): Standing {
    return this.#liveness.standing(node);
  }

  holds(group: string): boolean {
    return this.#ownership.holds(group);
  }

  /** Who holds it, as far as this node knows. */
  holderOf(group: string): string | undefined {
    return this.#ownership.holderOf(group);
  }

  /** This node answers for what others are about to take from it in order. */
  get handsOver(): boolean {
    return this.#ownership.handsOver;
  }

  nextDeadlineMs(): number {
    return Math.min(
      this.#announcedMs ?? Number.POSITIVE_INFINITY,
      this.#liveness.nextDeadlineMs(),
      this.#ownership.nextDeadlineMs(true),
      this.#contacts.nextDeadlineMs(),
      this.#carrierReturn.nextDeadlineMs(),
      this.#keyWait.nextDeadlineMs(this.#nowMs),
    );
  }

  /** Does what is due. */
  advance(nowMs: number): void {
    this.#liveness.advance(nowMs);
    this.#settle(nowMs);
    if (Math.min(this.#contacts.nextDeadlineMs(), this.#ownership.nextDeadlineMs()) > nowMs) return;
    this.#judge(this.#contacts.takeDue(nowMs), nowMs);
    this.#ownership.advance(nowMs);
    this.#settle(nowMs);
  }

  takeEffects(): readonly FailoverEffect[] {
    if (this.#announcedMs !== undefined) this.#settle(this.#announcedMs);
    const effects = this.#effects;
    if (effects.length > 0) this.#effects = [];
    return effects;
  }

  /** Routes what each machine wants of the other, until neither wants more. */
  #settle(atMs: number): void {
    // Evidence may be older than what came last.
    const nowMs = Math.max(atMs, this.#nowMs);
    this.#nowMs = nowMs;
    this.#announcedMs = undefined;
    for (let quiet = false; !quiet; ) {
      const lives = this.#liveness.takeEffects();
      this.#judgeStandings(lives, nowMs);
      for (const effect of lives) this.#followLiveness(effect, nowMs);
      this.#setCutOff(nowMs);
      const owns = this.#ownership.takeEffects(nowMs);
      for (const effect of owns) this.#followOwnership(effect, nowMs);
      // What is only to be sent changes nothing here.
      quiet = owns.length === 0 && lives.every(({ type }) => type === 'send');
    }
    this.#liveness.setClaimsVersion(this.#ownership.claimsVersion);
  }

  /** Whether this node may take anything new. */
  #setCutOff(nowMs: number): void {
    // What was claimed meanwhile is known by now to be missing.
    if (this.#carrierReturn.takeEnd(nowMs)) this.#ownership.learn(nowMs);
    this.#ownership.setCutOff(this.#liveness.cutOff || this.#keyWait.waits(nowMs) || this.#carrierReturn.waits, nowMs);
  }

  /** All standings that changed at once, before anything is decided upon one of them. */
  #judgeStandings(effects: readonly LivenessEffect[], nowMs: number): void {
    const changes = effects.filter((effect) => effect.type === 'standing');
    if (changes.length === 0) return;
    for (const { node, why } of changes) {
      if (why !== 'restarted') continue;
      this.#contacts.restarted(node, nowMs);
      this.#ownership.forgetClaims(node);
    }
    this.#tellMembers(changes);
    this.#ownership.setNodes(
      changes.map(({ node, standing, silentMs }) => [node, { standing, byLease: this.#byLease(node), silentMs }]),
      nowMs,
    );
  }

  #followLiveness(effect: LivenessEffect, nowMs: number): void {
    switch (effect.type) {
      case 'standing':
      case 'cutOff':
        return;
      case 'contact':
        this.#contacts.heard(effect.node);
        this.#judge([effect.node], nowMs);
        this.#ownership.contact(effect.node);
        return;
      case 'pulsesBlocked':
        this.#contacts.setBlocked(effect.node, effect.blocked);
        this.#judge([effect.node], nowMs);
        this.#effects.push(effect);
        return;
      case 'probeOwner':
        this.#effects.push({ ...effect, group: this.#ownership.heldBy(effect.node) });
        return;
      default:
        this.#effects.push(effect);
    }
  }

  #followOwnership(effect: OwnershipEffect, nowMs: number): void {
    if (effect.type === 'ask') this.#liveness.ask(effect.node, nowMs);
    else if (effect.type !== 'send') this.#effects.push(effect);
    else {
      const to = effect.to.filter((node) => this.#contacts.takesPart(node));
      if (to.length > 0) this.#effects.push({ ...effect, to });
    }
  }

  #tellMembers(changes: readonly StandingEffect[]): void {
    for (const { node, standing, why, silentMs } of changes) {
      const lives = standing !== 'dead';
      if (node === this.#self || lives === this.#up.has(node)) continue;
      if (lives) this.#up.add(node);
      else this.#up.delete(node);
      this.#effects.push(lives ? { type: 'memberUp', node, why } : { type: 'memberDown', node, why, silentMs });
    }
  }

  /** Tells ownership how these nodes stand. */
  #judge(nodes: Iterable<string>, nowMs: number): void {
    const facts = Array.from(nodes, (node): readonly [string, NodeFacts] => [
      node,
      { standing: this.#liveness.standing(node), byLease: this.#byLease(node), silentMs: undefined },
    ]);
    this.#ownership.setNodes(facts, nowMs);
  }

  #byLease(node: string): boolean {
    return node !== this.#self && this.#contacts.byLease(node);
  }
}

/** What its driver needs of it. */
export type FailoverMachine = { readonly [K in keyof Failover]: Failover[K] };
