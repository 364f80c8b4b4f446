import { DeadlineHeap } from '../datapath/deadline-heap.ts';

/** A node whose claims are known in part is asked after so long: what was sent before may still arrive. */
const patienceMs = 10;
/** A node is asked at most once in so long. */
const askIntervalMs = 1000;

const none: readonly string[] = [];

/** Whom to ask for all its claims, and when. BOUNDED by the members of the table. */
export class ClaimAsks {
  readonly #incomplete = new DeadlineHeap<string>();
  readonly #waiting = new Set<string>();
  readonly #askedMs = new Map<string, number>();

  /** How many nodes' claims are not known in full. */
  get size(): number {
    return this.#waiting.size;
  }

  expects(node: string): boolean {
    return this.#waiting.has(node);
  }

  /** Something of the node's claims is missing. */
  expect(node: string, nowMs: number): void {
    if (this.#waiting.has(node)) return;
    this.#waiting.add(node);
    this.#incomplete.set(node, nowMs + patienceMs);
  }

  /** Nothing is missing any more, or it won't come. */
  settle(node: string): void {
    this.#waiting.delete(node);
    this.#incomplete.delete(node);
  }

  forget(node: string): void {
    this.settle(node);
    this.#askedMs.delete(node);
  }

  nextDeadlineMs(): number {
    return this.#incomplete.first()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** The nodes to be asked now, because something is missing. */
  takeDue(nowMs: number): readonly string[] {
    if (this.nextDeadlineMs() > nowMs) return none;
    const due: string[] = [];
    for (let first = this.#incomplete.first(); first !== undefined; first = this.#incomplete.first()) {
      if (first.dueMs > nowMs) break;
      if (this.mayAsk(first.key, nowMs)) due.push(first.key);
      this.#incomplete.set(first.key, (this.#askedMs.get(first.key) ?? nowMs) + askIntervalMs);
    }
    return due;
  }

  /** Whether the node may be asked now; if so, it counts as asked. */
  mayAsk(node: string, nowMs: number): boolean {
    if (nowMs - (this.#askedMs.get(node) ?? Number.NEGATIVE_INFINITY) < askIntervalMs) return false;
    this.#askedMs.set(node, nowMs);
    return true;
  }
}
