/** A group of addresses as the cluster has it. */
export interface SimGroup {
  readonly key: string;
  readonly candidates: readonly string[];
  /** Its key when it came, by which the network knows its addresses; `key` unless told. */
  readonly id?: string;
  /** Its addresses were in this group before. */
  readonly formerKey?: string;
}

/** What the network knows a group's addresses by. */
export function idOf({ key, id = key }: SimGroup): string {
  return id;
}

/** All groups of the cluster, found by what tables are made of. */
export class SimGroups {
  readonly #groups: ReadonlyMap<string, SimGroup>;
  readonly #ofNode: ReadonlyMap<string, readonly SimGroup[]>;
  /** By the key that they had before. */
  readonly #regrouped: ReadonlyMap<string, SimGroup>;

  constructor(groups: readonly SimGroup[]) {
    this.#groups = new Map(groups.map((group) => [group.key, group]));
    this.#regrouped = new Map(groups.map((group) => [group.formerKey ?? group.key, group]));
    const ofNode = new Map<string, SimGroup[]>();
    for (const group of groups) {
      for (const node of group.candidates) ofNode.getOrInsertComputed(node, () => []).push(group);
    }
    this.#ofNode = ofNode;
  }

  all(): readonly SimGroup[] {
    return [...this.#groups.values()];
  }

  get(key: string): SimGroup | undefined {
    return this.#groups.get(key);
  }

  identified(id: string): SimGroup | undefined {
    return this.all().find((group) => idOf(group) === id);
  }

  without(key: string): readonly SimGroup[] {
    return this.all().filter((group) => group.key !== key);
  }

  /** Those that the node is a candidate of. */
  ofNode(node: string): readonly SimGroup[] {
    return this.#ofNode.get(node) ?? [];
  }

  /** What became of groups that had these keys. */
  knownAs(keys: Iterable<string>): Iterable<SimGroup> {
    const known = Array.from(keys, (key) => [this.#groups.get(key), this.#regrouped.get(key)]);
    return new Set(known.flat().filter((group) => group !== undefined));
  }
}
