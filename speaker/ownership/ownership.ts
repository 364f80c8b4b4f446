import type { Claims } from '../liveness/message.ts';
import type { ChoiceView } from './choice.ts';
import { ClaimAsks } from './claim-asks.ts';
import { ClaimBook, type Teller } from './claim-book.ts';
import { GroupTable } from './group-table.ts';
import { Groups } from './groups.ts';
import { KnownNodes, type NodeFacts } from './known-nodes.ts';
import { OwnClaims } from './own-claims.ts';
import type { Failback, OwnedGroup } from './owned-group.ts';
import type { OwnershipEffect } from './ownership-effect.ts';
import { VersionRounds } from './version-rounds.ts';

/** A speaker that starts takes nothing until it knows what the others hold, but waits no longer than this. */
const learningMs = 1000;
/** Nodes that start together, after a loss of power say, do so within this. */
export const settlingMs = 30_000;

const none: readonly OwnershipEffect[] = [];

/**
 * Which groups of addresses this node answers for. It is told who lives, what the table says and what the others claim;
 * see docs/adr/0004. All times are ms of one monotonic clock. BOUNDED by the table: its groups and its members.
 */
export class Ownership {
  readonly #self: string;
  readonly #nodes = new KnownNodes();
  readonly #book = new ClaimBook();
  readonly #own = new OwnClaims();
  readonly #asks = new ClaimAsks();
  readonly #table = new GroupTable(this.#nodes);
  readonly #groups: Groups;
  /** Nodes that are to be told all. BOUNDED by the members. */
  readonly #answers = new Set<string>();
  readonly #rounds = new VersionRounds();
  #effects: OwnershipEffect[] = [];
  /** When it has waited for the others' claims long enough; undefined: it has not begun. */
  #learningUntilMs: number | undefined;
  /** When what it took at its start is its own for good; undefined: that was so, or it has not begun. */
  #settlingUntilMs: number | undefined;
  #learned = false;
  #cutOff = false;
  #leaving = false;
  #drained = false;

  constructor(options: { readonly self: string; readonly failback: Failback }) {
    const view: ChoiceView = { ...options, nodes: this.#nodes, book: this.#book };
    this.#self = options.self;
    this.#groups = new Groups(view, this.#table, {
      effect: (effect) => void this.#effects.push(effect),
      tell: (entry) => this.#own.tell(entry),
      releaseLater: (entry, nowMs) => this.#own.releaseLater(entry, nowMs),
      releaseNow: (group) => this.#own.releaseNow(group),
      answer: (node) => this.contact(node),
      ask: (node, nowMs) => this.#ask(node, nowMs),
    });
  }

  /** `Claims.version` of what the others have been told. */
  get claimsVersion(): number {
    return this.#own.version;
  }

  /** Another node should have something that this one still answers for, and has not taken it yet. */
  get handsOver(): boolean {
    return this.#groups.handingOver > 0;
  }

  holds(group: string): boolean {
    return this.#table.get(group)?.held !== undefined;
  }

  /** Who holds it, as far as this node knows. */
  holderOf(group: string): string | undefined {
    return this.#table.get(group)?.holder;
  }

  /** One of the groups that the node holds. */
  heldBy(node: string): string | undefined {
    for (const group of this.#table.groupsOf(node)) if (this.holderOf(group) === node) return group;
    return undefined;
  }

  /** By its table this node is a speaker, or may own something: the others listen. The first time that is its start. */
  begin(nowMs: number): void {
    if (this.#learningUntilMs !== undefined) return;
    this.#learningUntilMs = nowMs + learningMs;
    this.#settlingUntilMs = nowMs + settlingMs;
  }

  /** All groups of the table; those that are gone are given up at once. */
  setGroups(groups: readonly OwnedGroup[], nowMs: number): void {
    // Before the groups that they were in are gone.
    const formerHolders = this.#formerHolders(groups);
    for (const state of this.#table.allBut(groups)) this.#groups.remove(state, nowMs);
    for (const group of groups) {
      const state = this.#table.get(group.key);
      if (state !== undefined) this.#groups.update(state, group);
      else this.#groups.add(group, formerHolders.get(group.key), nowMs);
    }
    if (groups.some(({ candidates }) => candidates.includes(this.#self))) this.begin(nowMs);
    this.#rounds.start(nowMs);
    this.#decide(nowMs);
  }

  /** Links changed: whether this node can serve these groups. */
  setAble(able: ReadonlyMap<string, boolean>, nowMs: number): void {
    for (const [key, now] of able) {
      const state = this.#table.get(key);
      if (state !== undefined) this.#groups.update(state, { ...state.group, able: now });
    }
    this.#decide(nowMs);
  }

  /** How members stand. */
  setNodes(nodes: Iterable<readonly [node: string, facts: NodeFacts]>, nowMs: number): void {
    for (const [node, facts] of nodes) this.#setNode(node, facts, nowMs);
    this.#decide(nowMs);
  }

  /** The node has started anew: what it claimed counts no more. `setNodes` is to follow. */
  forgetClaims(node: string): void {
    this.#table.change(this.#book.forget(node));
  }

  /** The node is no member any more. */
  removeNode(node: string, nowMs: number): void {
    const before = this.#nodes.remove(node);
    this.#table.changeFor(node, before, 'dead');
    this.#table.change(this.#book.forget(node));
    this.#asks.forget(node);
    this.#answers.delete(node);
    this.#decide(nowMs);
  }

  /** Whether that version of its claims is known here. */
  isCurrent(from: Teller, version: number): boolean {
    return this.#book.isCurrent(from, version);
  }

  /** A verified pulse of the node said which version its claims have. */
  hearVersion(from: Teller, version: number, nowMs: number): void {
    this.#table.change(this.#book.hearVersion(from, version));
    this.#expectClaims(from.node, nowMs);
    this.#decide(nowMs);
  }

  /** Claims of a verified sender. */
  receiveClaims(from: Teller, claims: Claims, nowMs: number): void {
    const news = this.#book.receive(from, claims);
    const claimed = [...news].filter((group) => {
      const said = this.#book.statement(group, from.node);
      return said !== undefined && this.#groups.hear(group, from.node, said);
    });
    this.#table.change(news);
    this.#groups.assess(nowMs);
    for (const group of claimed) this.#groups.defend(group, from.node, nowMs);
    this.#expectClaims(from.node, nowMs);
    this.#decide(nowMs);
  }

  /** There are keys now: what the others claim can be known, and is asked for before this node takes anything. */
  learn(nowMs: number): void {
    this.#learned = false;
    if (this.#learningUntilMs !== undefined) this.#learningUntilMs = nowMs + learningMs;
    this.#decide(nowMs);
  }

  /** The first announcement of a group that was taken has been sent: the others may know. */
  announced(group: string): void {
    this.#groups.announced(group);
  }

  /** The node gets our messages, and may not know what this node holds. */
  contact(node: string): void {
    if (node !== this.#self) this.#answers.add(node);
  }

  /** While it is cut off, this node takes nothing that it does not hold yet. */
  setCutOff(cutOff: boolean, nowMs: number): void {
    if (cutOff === this.#cutOff) return;
    this.#cutOff = cutOff;
    if (!cutOff) this.#nodes.noteReturn(this.#self, nowMs);
    this.#decide(nowMs);
  }

  /** This node is about to stop: it takes nothing, and hands over what it holds. `setNode` says that it is leaving. */
  leave(nowMs: number): void {
    this.#leaving = true;
    this.#decide(nowMs);
  }

  /** Gives everything up at once. */
  stop(): void {
    this.#leaving = true;
    this.#groups.stop();
  }

  /** `wakes`: when it must be called although nothing else is due. */
  nextDeadlineMs(wakes = false): number {
    return Math.min(
      this.#table.nextDeadlineMs(),
      this.#asks.nextDeadlineMs(),
      this.#own.nextDeadlineMs(),
      wakes ? this.#rounds.wakeMs : this.#rounds.nextDeadlineMs(),
      (this.#learned ? undefined : this.#learningUntilMs) ?? Number.POSITIVE_INFINITY,
      this.#settlingUntilMs ?? Number.POSITIVE_INFINITY,
    );
  }

  /** Does what is due. */
  advance(nowMs: number): void {
    for (const node of this.#asks.takeDue(nowMs)) {
      this.#expectClaims(node, nowMs);
      if (this.#asks.expects(node)) this.#effects.push({ type: 'ask', node });
    }
    for (const message of this.#own.takeResends(nowMs)) this.#sendToAll(message);
    if (this.#rounds.nextDeadlineMs() <= nowMs) this.#tellVersion(nowMs);
    if ((this.#settlingUntilMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
      this.#settlingUntilMs = undefined;
      this.#groups.settle();
    }
    this.#decide(nowMs);
  }

  takeEffects(nowMs: number): readonly OwnershipEffect[] {
    for (const message of this.#own.takeNews(nowMs)) this.#sendToAll(message);
    if (this.#answers.size > 0) this.#answerAll();
    if (this.#leaving && !this.#drained && this.#groups.handingOver === 0) {
      this.#drained = true;
      this.#effects.push({ type: 'drained' });
    }
    if (this.#effects.length === 0) return none;
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #answerAll(): void {
    for (const node of this.#answers) {
      for (const message of this.#own.all()) this.#effects.push({ type: 'send', to: [node], message });
    }
    this.#answers.clear();
  }

  /** By group: who holds its addresses under another key. */
  #formerHolders(groups: readonly OwnedGroup[]): ReadonlyMap<string, string | undefined> {
    const regrouped = groups.filter(({ formerKeys }) => formerKeys !== undefined && formerKeys.size > 0);
    return new Map(
      regrouped.map(({ key, formerKeys = [] }) => {
        const holders = Array.from(formerKeys, (former) => this.holderOf(former));
        return [key, holders.find((holder) => holder !== undefined)];
      }),
    );
  }

  #setNode(node: string, facts: NodeFacts, nowMs: number): void {
    const byLease = this.#nodes.byLease(node);
    const before = this.#nodes.set(node, facts, nowMs);
    if (byLease === facts.byLease) this.#table.changeFor(node, before, facts.standing);
    else this.#table.changeAll();
    if (before !== facts.standing) this.#table.change(this.#book.groupsOf(node));
    this.#expectClaims(node, nowMs);
  }

  #decide(nowMs: number): void {
    const untilMs = this.#learningUntilMs;
    if (untilMs !== undefined && (this.#asks.size === 0 || nowMs >= untilMs)) this.#learned = true;
    this.#groups.setMayTake(this.#learned && !this.#cutOff && !this.#leaving);
    this.#groups.assess(nowMs);
  }

  /**
   * Sees to it that what the node claims becomes known, where it can be. While this node starts, also that of members
   * that seem dead: when the API server was away, no Lease is fresh.
   */
  #expectClaims(node: string, nowMs: number): void {
    if (node === this.#self) return;
    const tells = !this.#nodes.byLease(node) && (this.#nodes.standing(node) !== 'dead' || !this.#learned);
    if (tells && !this.#book.isComplete(node)) this.#asks.expect(node, nowMs);
    else this.#asks.settle(node);
  }

  #ask(node: string, nowMs: number): void {
    if (this.#asks.mayAsk(node, nowMs)) this.#effects.push({ type: 'ask', node });
  }

  #tellVersion(nowMs: number): void {
    const listener = this.#rounds.takeDue(this.#others(), nowMs);
    if (listener !== undefined) this.#effects.push({ type: 'send', to: [listener], message: this.#own.reminder() });
  }

  #others(): readonly string[] {
    return this.#nodes.names().filter((node) => node !== this.#self);
  }

  #sendToAll(message: Claims): void {
    const to = this.#others();
    if (to.length > 0) this.#effects.push({ type: 'send', to, message });
  }
}
