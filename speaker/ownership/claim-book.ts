import { type ClaimEntry, type Claims, isHeld } from '../liveness/message.ts';

/** What a node last said of a group. */
export interface Statement {
  readonly state: ClaimEntry['state'];
  readonly epoch: number;
  /** The version of the node's claims that said so. */
  readonly version: number;
}

/** Who says something. */
export interface Teller {
  readonly node: string;
  readonly incarnation: string;
}

interface Answer {
  readonly version: number;
  readonly parts: number;
  /** BOUNDED by `parts`. */
  readonly seen: Set<number>;
  /** BOUNDED by `groupsPerTeller`. */
  readonly groups: Set<string>;
}

interface Telling {
  readonly incarnation: string;
  /** All that it told up to this version is known; undefined: not even one full answer is. */
  version: number | undefined;
  /** The newest that it told of. */
  newest: number;
  /** BOUNDED by `groupsPerTeller`. */
  readonly groups: Set<string>;
  answer: Answer | undefined;
}

/** A member that claims more is not believed. */
const groupsPerTeller = 100_000;

/**
 * What the other nodes claim, also of groups that are not in this node's table, since they may come to be; by the
 * versions it knows whether it missed something. BOUNDED by the members times what each may claim.
 */
export class ClaimBook {
  readonly #tellers = new Map<string, Telling>();
  readonly #statements = new Map<string, Map<string, Statement>>();

  statements(group: string): Iterable<readonly [node: string, statement: Statement]> {
    return this.#statements.get(group) ?? [];
  }

  statement(group: string, node: string): Statement | undefined {
    return this.#statements.get(group)?.get(node);
  }

  /** Of all claims of the group that stand; 0: there is none. */
  highestEpoch(group: string): number {
    let highest = 0;
    for (const [, { epoch, state }] of this.statements(group)) if (isHeld(state)) highest = Math.max(highest, epoch);
    return highest;
  }

  /** The groups of which the node has said something. */
  groupsOf(node: string): ReadonlySet<string> {
    return this.#tellers.get(node)?.groups ?? new Set();
  }

  /** Forgets all that the node said; returns the groups concerned. */
  forget(node: string): readonly string[] {
    const groups = [...this.groupsOf(node)];
    for (const group of groups) this.#drop(group, node);
    this.#tellers.delete(node);
    return groups;
  }

  /** Whether all is known that the node has told of, as far as this node can know. */
  isComplete(node: string): boolean {
    const teller = this.#tellers.get(node);
    return teller?.version !== undefined && teller.version >= teller.newest;
  }

  /** Whether just that is known already, in full. */
  isCurrent({ node, incarnation }: Teller, version: number): boolean {
    const telling = this.#tellers.get(node);
    return telling?.incarnation === incarnation && telling.version === version && telling.newest === version;
  }

  /** The node has claims of that version, a pulse said. */
  hearVersion(from: Teller, version: number): readonly string[] {
    const { teller, forgotten } = this.#teller(from);
    teller.newest = Math.max(teller.newest, version);
    // Who has told nothing yet claims nothing.
    if (version === 0) teller.version ??= 0;
    return forgotten;
  }

  /** Takes a message over; returns the groups of which now something else is said, each once. */
  receive(from: Teller, claims: Claims): ReadonlySet<string> {
    const { teller, forgotten } = this.#teller(from);
    const changed = new Set(forgotten);
    teller.newest = Math.max(teller.newest, claims.version);
    if (claims.version < (teller.version ?? 0)) return changed;
    for (const entry of claims.entries) {
      if (this.#state(from.node, teller, { ...entry, version: claims.version })) changed.add(entry.group);
    }
    if (claims.since > 0) {
      if (teller.version !== undefined && teller.version >= claims.since) teller.version = claims.version;
    } else if (this.#isWhole(teller, claims)) {
      for (const group of this.#dropUnmentioned(from.node, teller)) changed.add(group);
    }
    return changed;
  }

  #teller(from: Teller): {
    readonly teller: Telling;
    readonly forgotten: readonly string[];
  } {
    const known = this.#tellers.get(from.node);
    if (known?.incarnation === from.incarnation) return { teller: known, forgotten: [] };
    const forgotten = this.forget(from.node);
    const { incarnation } = from;
    const teller: Telling = { incarnation, version: undefined, newest: 0, groups: new Set(), answer: undefined };
    this.#tellers.set(from.node, teller);
    return { teller, forgotten };
  }

  /** Whether that is news. */
  #state(node: string, teller: Telling, entry: ClaimEntry & { readonly version: number }): boolean {
    const { state, epoch, version } = entry;
    const known = this.statement(entry.group, node);
    if (known === undefined ? teller.groups.size >= groupsPerTeller : known.version > version) return false;
    const statements = this.#statements.get(entry.group) ?? new Map<string, Statement>();
    statements.set(node, { state, epoch, version });
    this.#statements.set(entry.group, statements);
    teller.groups.add(entry.group);
    return known?.state !== state || known.epoch !== epoch;
  }

  /** Notes one part of a full answer; whether it was the last one missing. */
  #isWhole(teller: Telling, claims: Claims): boolean {
    if (teller.answer?.version !== claims.version || teller.answer.parts !== claims.parts) {
      teller.answer = { version: claims.version, parts: claims.parts, seen: new Set(), groups: new Set() };
    }
    teller.answer.seen.add(claims.part);
    for (const { group } of claims.entries) teller.answer.groups.add(group);
    return teller.answer.seen.size === claims.parts;
  }

  #dropUnmentioned(node: string, teller: Telling): readonly string[] {
    const { answer } = teller;
    if (answer === undefined) return [];
    const dropped = [...teller.groups].filter(
      (group) => !answer.groups.has(group) && (this.statement(group, node)?.version ?? 0) <= answer.version,
    );
    for (const group of dropped) {
      teller.groups.delete(group);
      this.#drop(group, node);
    }
    teller.version = answer.version;
    teller.answer = undefined;
    return dropped;
  }

  #drop(group: string, node: string): void {
    const statements = this.#statements.get(group);
    statements?.delete(node);
    if (statements?.size === 0) this.#statements.delete(group);
  }
}
