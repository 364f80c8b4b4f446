/** Which groups a node matters for now. BOUNDED by the groups of the table, times a few nodes each. */
export class GroupIndex {
  readonly #groups = new Map<string, Set<string>>();
  readonly #nodes = new Map<string, readonly string[]>();

  /** The nodes that matter for the group, instead of those before. */
  set(group: string, nodes: readonly string[]): void {
    const before = this.#nodes.get(group) ?? [];
    // Most decisions change nothing.
    if (nodes.length === before.length && nodes.every((node, at) => node === before[at])) return;
    for (const node of before) if (!nodes.includes(node)) this.#drop(node, group);
    for (const node of nodes) if (!before.includes(node)) this.#add(node, group);
    if (nodes.length === 0) this.#nodes.delete(group);
    else this.#nodes.set(group, nodes);
  }

  groupsOf(node: string): Iterable<string> {
    return this.#groups.get(node) ?? [];
  }

  #add(node: string, group: string): void {
    const groups = this.#groups.get(node);
    if (groups === undefined) this.#groups.set(node, new Set([group]));
    else groups.add(group);
  }

  #drop(node: string, group: string): void {
    const groups = this.#groups.get(node);
    groups?.delete(group);
    if (groups?.size === 0) this.#groups.delete(node);
  }
}
