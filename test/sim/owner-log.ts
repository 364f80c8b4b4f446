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
  /** It has only just started, and nobody had served the group before, as far as it can have seen. */
  readonly fresh: boolean;
}

/** That a node answered for a group. */
interface Service {
  readonly node: string;
  readonly fromMs: number;
  untilMs: number;
}

/** Who answered for which group and when, as the network sees it. BOUNDED by the run that it watches. */
export class OwnerLog {
  readonly #owners = new Map<string, Set<string>>();
  readonly #overlapSince = new Map<string, number>();
  readonly #services = new Map<string, Service[]>();
  readonly #lastTakes = new Map<string, Map<string, Take>>();
  readonly overlaps: Overlap[] = [];
  readonly takes: Take[] = [];

  owners(group: string): readonly string[] {
    return [...(this.#owners.get(group) ?? [])];
  }

  take(take: Omit<Take, 'owners'>): void {
    const { group, node, atMs } = take;
    const owners = this.#owners.get(group) ?? new Set();
    const taken = { ...take, owners: [...owners] };
    this.takes.push(taken);
    this.#lastTakes.getOrInsertComputed(group, () => new Map()).set(node, taken);
    const service = { node, fromMs: atMs, untilMs: Number.POSITIVE_INFINITY };
    this.#services.getOrInsertComputed(group, () => []).push(service);
    this.#close(group, atMs);
    this.#owners.set(group, owners.add(node));
    if (owners.size > 1) this.#overlapSince.set(group, atMs);
  }

  /** How the node came to own the group, the last time that it did. */
  lastTake(group: string, node: string): Take | undefined {
    return this.#lastTakes.get(group)?.get(node);
  }

  /** For how long any other node has answered for the group within that time, at a stretch. */
  servedByOtherMs(group: string, node: string, { sinceMs, nowMs }: { sinceMs: number; nowMs: number }): number {
    const others = (this.#services.get(group) ?? []).filter((service) => service.node !== node);
    const spans = others.map(({ fromMs, untilMs }) => Math.min(untilMs, nowMs) - Math.max(fromMs, sinceMs));
    return Math.max(0, ...spans);
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
    for (const service of this.#services.get(group) ?? []) {
      if (service.node === node) service.untilMs = Math.min(service.untilMs, atMs);
    }
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
