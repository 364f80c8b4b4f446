import type { ObjectKey } from '../../shared/api/object-meta.ts';
import { type Blocker, blockerKey } from './decision.ts';

/** A Service that is not served as it wishes, and since when. */
export interface Waiter {
  readonly key: ObjectKey;
  readonly sinceMs: number;
  readonly createdMs: number;
}

/** The longest-waiting first; Services that began to wait at once by age, then by name. */
export function compareWaiters(a: Waiter, b: Waiter): number {
  return a.sinceMs - b.sinceMs || a.createdMs - b.createdMs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

interface Entry {
  readonly waiter: Waiter;
  readonly lines: readonly string[];
}

/**
 * Who waits for what: one line per blocker, each in order of waiting. Bounded by the number of Services, each in as
 * many lines as there are pools and families that may serve it.
 */
export class WaitingList {
  readonly #entries = new Map<ObjectKey, Entry>();
  readonly #lines = new Map<string, Waiter[]>();

  get size(): number {
    return this.#entries.size;
  }

  /** Replaces what the Service waited for; without blockers it does not wait. */
  put(waiter: Waiter, blockers: readonly Blocker[]): void {
    this.remove(waiter.key);
    if (blockers.length === 0) return;
    const lines = [...new Set(blockers.map(blockerKey))];
    this.#entries.set(waiter.key, { waiter, lines });
    for (const name of lines) {
      const line = this.#lines.get(name);
      if (line === undefined) this.#lines.set(name, [waiter]);
      else line.splice(firstAfter(line, waiter), 0, waiter);
    }
  }

  remove(key: ObjectKey): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    for (const name of entry.lines) {
      const line = this.#lines.get(name);
      if (line === undefined) continue;
      line.splice(firstAfter(line, entry.waiter) - 1, 1);
      if (line.length === 0) this.#lines.delete(name);
    }
  }

  /** The next in line behind `after`, or the first. */
  next(blocker: Blocker, after: Waiter | undefined): Waiter | undefined {
    const line = this.#lines.get(blockerKey(blocker)) ?? [];
    return line[after === undefined ? 0 : firstAfter(line, after)];
  }
}

function firstAfter(line: readonly Waiter[], waiter: Waiter): number {
  let low = 0;
  let high = line.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = line[middle];
    if (other !== undefined && compareWaiters(other, waiter) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
