interface Entry<K> {
  readonly key: K;
  readonly dueMs: number;
}

/** What is due next, among keys that each have one deadline. BOUNDED by the number of keys that its user sets. */
export class DeadlineHeap<K> {
  readonly #entries: Entry<K>[] = [];
  readonly #positions = new Map<K, number>();

  get size(): number {
    return this.#entries.length;
  }

  /** The earliest; undefined where there is none. */
  first(): Entry<K> | undefined {
    return this.#entries[0];
  }

  /** Adds the key, or moves it to another deadline. */
  set(key: K, dueMs: number): void {
    const position = this.#positions.get(key) ?? this.#entries.length;
    this.#place({ key, dueMs }, position);
    this.#settle(position);
  }

  delete(key: K): void {
    const position = this.#positions.get(key);
    const last = this.#entries.pop();
    if (position === undefined || last === undefined) {
      if (last !== undefined) this.#entries.push(last);
      return;
    }
    this.#positions.delete(key);
    if (position === this.#entries.length) return;
    this.#place(last, position);
    this.#settle(position);
  }

  #place(entry: Entry<K>, position: number): void {
    this.#entries[position] = entry;
    this.#positions.set(entry.key, position);
  }

  #settle(position: number): void {
    this.#sink(this.#rise(position));
  }

  #rise(start: number): number {
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (!this.#swapIfEarlier(position, parent)) break;
      position = parent;
    }
    return position;
  }

  #sink(start: number): void {
    let position = start;
    for (;;) {
      const left = 2 * position + 1;
      const child = this.#due(left + 1) < this.#due(left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, position)) return;
      position = child;
    }
  }

  #due(position: number): number {
    return this.#entries[position]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  #swapIfEarlier(lower: number, upper: number): boolean {
    const below = this.#entries[lower];
    const above = this.#entries[upper];
    if (below === undefined || above === undefined || below.dueMs >= above.dueMs) return false;
    this.#place(below, upper);
    this.#place(above, lower);
    return true;
  }
}
