import { DeadlineHeap } from '../datapath/deadline-heap.ts';
import { type ClaimEntry, type Claims, claimEntriesPerMessage } from '../liveness/message.ts';

/** News is told again after so long, counted from the first time: a datagram may be lost. */
export const claimResendsMs = [100, 300] as const;

/** A table without a group has come to all by then. */
const releaseDelayMs = 1000;

const none: readonly Claims[] = [];

interface Resend {
  readonly message: Claims;
  readonly firstMs: number;
  round: number;
}

/** What this node tells the others of its groups, in versions. BOUNDED by the groups of the table. */
export class OwnClaims {
  #version = 0;
  /** What stands: held groups, and those that this node can't serve. */
  readonly #standing = new Map<string, ClaimEntry>();
  /** What changed since the last version. */
  readonly #changed = new Map<string, ClaimEntry>();
  /** BOUNDED: each is gone after the last of `claimResendsMs`. */
  readonly #resends = new Map<number, Resend>();
  readonly #deadlines = new DeadlineHeap<number>();
  /** What the table has no more, and still stands. */
  readonly #releases = new Map<string, ClaimEntry>();
  readonly #releaseDeadlines = new DeadlineHeap<string>();

  /** That of the last claims which `takeNews` returned. */
  get version(): number {
    return this.#version;
  }

  tell(entry: ClaimEntry): void {
    this.#releases.delete(entry.group);
    this.#releaseDeadlines.delete(entry.group);
    if (entry.state === 'released') {
      // Nobody was told that it is held: there is nothing to take back.
      if (!this.#standing.delete(entry.group)) return;
    } else this.#standing.set(entry.group, entry);
    this.#changed.set(entry.group, entry);
  }

  /** Tells it in a while, unless something else is told of the group before. */
  releaseLater(entry: ClaimEntry, nowMs: number): void {
    if (!this.#standing.has(entry.group)) return;
    this.#releases.set(entry.group, entry);
    this.#releaseDeadlines.set(entry.group, nowMs + releaseDelayMs);
  }

  releaseNow(group: string): void {
    const entry = this.#releases.get(group);
    if (entry !== undefined) this.tell(entry);
  }

  /** What changed since this was last asked; to be sent to all. */
  takeNews(nowMs: number): readonly Claims[] {
    for (let due = this.#releaseDeadlines.first(); due !== undefined && due.dueMs <= nowMs; ) {
      this.releaseNow(due.key);
      due = this.#releaseDeadlines.first();
    }
    if (this.#changed.size === 0) return none;
    const news = chunks([...this.#changed.values()]).map((entries): Claims => {
      const since = this.#version;
      this.#version += 1;
      return { type: 'claims', version: this.#version, since, part: 0, parts: 1, entries };
    });
    this.#changed.clear();
    for (const message of news) {
      this.#resends.set(message.version, { message, firstMs: nowMs, round: 0 });
      this.#deadlines.set(message.version, nowMs + claimResendsMs[0]);
    }
    return news;
  }

  nextDeadlineMs(): number {
    const resendMs = this.#deadlines.first()?.dueMs ?? Number.POSITIVE_INFINITY;
    return Math.min(resendMs, this.#releaseDeadlines.first()?.dueMs ?? Number.POSITIVE_INFINITY);
  }

  /** What is due to be told to all again. */
  takeResends(nowMs: number): readonly Claims[] {
    if ((this.#deadlines.first()?.dueMs ?? Number.POSITIVE_INFINITY) > nowMs) return none;
    const due: Claims[] = [];
    for (let first = this.#deadlines.first(); first !== undefined; first = this.#deadlines.first()) {
      if (first.dueMs > nowMs) break;
      const resend = this.#resends.get(first.key);
      if (resend === undefined) break;
      due.push(resend.message);
      this.#schedule(first.key, resend);
    }
    return due.sort((one, other) => one.version - other.version);
  }

  /** Says which version is the newest, no more. */
  reminder(): Claims {
    return { type: 'claims', version: this.#version, since: this.#version, part: 0, parts: 1, entries: [] };
  }

  /** All that this node claims, for one that may know nothing. */
  all(): readonly Claims[] {
    const parts = chunks([...this.#standing.values()].filter(({ group }) => !this.#changed.has(group)));
    const lists = parts.length === 0 ? [[]] : parts;
    const of = { type: 'claims', version: this.#version, since: 0, parts: lists.length } as const;
    return lists.map((entries, part): Claims => ({ ...of, part, entries }));
  }

  #schedule(version: number, resend: Resend): void {
    resend.round += 1;
    const delayMs = claimResendsMs[resend.round];
    if (delayMs === undefined) {
      this.#resends.delete(version);
      this.#deadlines.delete(version);
    } else this.#deadlines.set(version, resend.firstMs + delayMs);
  }
}

function chunks(entries: readonly ClaimEntry[]): readonly (readonly ClaimEntry[])[] {
  const result: (readonly ClaimEntry[])[] = [];
  for (let at = 0; at < entries.length; at += claimEntriesPerMessage) {
    result.push(entries.slice(at, at + claimEntriesPerMessage));
  }
  return result;
}
