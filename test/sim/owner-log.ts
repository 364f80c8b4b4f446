export interface Overlap {
  readonly group: string;
  readonly owners: readonly string[];
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Take {
  readonly atMs: number;
  readonly group: string;
  readonly node: string;
  readonly reason: string;
  /** Who answered at that moment. */
  readonly owners: readonly string[];
  /** One of them was healthy, and all had heard one another for long. */
  readonly needless: boolean;
}

/** Who answered for which group and when, as the network sees it. BOUNDED by the run that it watches. */
export class OwnerLog {
  readonly #owners = new Map<string, Set<string>>();
  readonly #overlapSince = new Map<string, number>();
  readonly overlaps: Overlap[] = [];
  readonly takes: Take[] = [];

  owners(group: string): readonly string[] {
    return [...(this.#owners.get(group) ?? [])];
  }

  take(take: Omit<Take, 'owners'>): void {
    const { group, node, atMs } = take;
    const owners = this.#owners.get(group) ?? new Set();
    this.takes.push({ ...take, owners: [...owners] });
    this.#close(group, atMs);
    this.#owners.set(group, owners.add(node));
    if (owners.size > 1) this.#overlapSince.set(group, atMs);
  }

  /** Everything that anybody answers for. */
  owned(): ReadonlyMap<string, readonly string[]> {
    const owned = [...this.#owners].filter(([, owners]) => owners.size > 0);
    return new Map(owned.map(([group, owners]) => [group, [...owners]]));
  }

  /** The node answers for nothing any more. */
  end(node: string, atMs: number): void {
    for (const group of this.#owners.keys()) this.giveUp(group, node, atMs);
  }

  giveUp(group: string, node: string, atMs: number): void {
    const owners = this.#owners.get(group);
    if (owners === undefined || !owners.has(node)) return;
    this.#close(group, atMs);
    owners.delete(node);
    if (owners.size > 1) this.#overlapSince.set(group, atMs);
  }

  /** All overlaps up to that time, those that last included. */
  overlapsUntil(untilMs: number): readonly Overlap[] {
    const open = [...this.#overlapSince].map(([group, fromMs]) => ({
      group,
      owners: this.owners(group),
      fromMs,
      untilMs,
    }));
    return [...this.overlaps, ...open];
  }

  #close(group: string, atMs: number): void {
    const fromMs = this.#overlapSince.get(group);
    if (fromMs === undefined) return;
    this.#overlapSince.delete(group);
    if (atMs > fromMs) this.overlaps.push({ group, owners: this.owners(group), fromMs, untilMs: atMs });
  }
}
