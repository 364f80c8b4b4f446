import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type WorkOutcome, WorkQueue } from './work-queue.ts';

const backoff = { initialMs: 100, factor: 2, maxMs: 1_000, jitter: 0 };
const newQueue = (): WorkQueue => new WorkQueue(backoff, () => 0);

describe('work queue', () => {
  test('hands out keys in order of arrival, each once however often it was added', () => {
    const queue = newQueue();
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key, 0, 0);
    assert.deepEqual([queue.take(0), queue.take(0), queue.take(0), queue.take(0)], ['a', 'b', 'c', undefined]);
  });

  test('a key that is added while it is worked on waits for the end of the work', () => {
    const queue = newQueue();
    queue.add('a', 0, 0);
    queue.take(0);
    queue.add('a', 0, 0);
    assert.equal(queue.take(0), undefined);
    assert.equal(queue.nextDueMs(0), undefined);
    queue.finish('a', { type: 'done' }, 5);
    assert.equal(queue.take(5), 'a');
  });

  test('a delayed key is due at its time, and no later than an earlier wish for it', () => {
    const queue = newQueue();
    queue.add('a', 1_000, 0);
    queue.add('a', 300, 0);
    queue.add('a', 2_000, 0);
    assert.equal(queue.nextDueMs(0), 300);
    assert.equal(queue.take(299), undefined);
    assert.equal(queue.take(300), 'a');
    queue.finish('a', { type: 'done' }, 300);
    assert.equal(queue.take(5_000), undefined);
  });

  test('retries of a key are spaced out, also across keys, until it succeeds', () => {
    const queue = newQueue();
    queue.add('a', 0, 0);
    for (const [atMs, nextMs] of [
      [0, 100],
      [100, 300],
      [300, 700],
      [700, 1_500],
      [1_500, 2_500],
      [2_500, 3_500],
    ] as const) {
      assert.equal(queue.take(atMs), 'a');
      queue.finish('a', { type: 'retry' }, atMs);
      assert.equal(queue.nextDueMs(atMs), nextMs);
    }
    queue.take(3_500);
    queue.finish('a', { type: 'done' }, 3_500);
    queue.add('a', 3_500, 3_500);
    queue.take(3_500);
    queue.finish('a', { type: 'retry' }, 3_500);
    assert.equal(queue.nextDueMs(3_500), 3_600);
  });

  test('a server that asks for patience gets it', () => {
    const queue = newQueue();
    queue.add('a', 0, 0);
    queue.take(0);
    queue.finish('a', { type: 'retry', retryAfterMs: 9_000 }, 0);
    assert.equal(queue.nextDueMs(0), 9_000);
  });

  test('news about a key that waits for its retry make it due at once', () => {
    const queue = newQueue();
    queue.add('a', 0, 0);
    queue.take(0);
    queue.finish('a', { type: 'retry' }, 0);
    queue.add('a', 10, 10);
    assert.equal(queue.take(10), 'a');
  });

  test('but not before the time that the server asked for, whether they come meanwhile or afterwards', () => {
    const queue = newQueue();
    queue.add('a', 0, 0);
    queue.take(0);
    queue.add('a', 5, 5);
    queue.finish('a', { type: 'retry', retryAfterMs: 9_000 }, 10);
    queue.add('a', 20, 20);
    assert.equal(queue.take(9_009), undefined);
    assert.equal(queue.nextDueMs(9_009), 9_010);
    assert.equal(queue.take(9_010), 'a');
    queue.finish('a', { type: 'done' }, 9_010);
    queue.add('a', 9_011, 9_011);
    assert.equal(queue.take(9_011), 'a');
  });

  test('whatever the order of calls: no key twice in work, none lost, none before its time', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('add', 'addLater', 'take', 'done', 'retry', 'again'),
      ms: fc.integer({ min: 0, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const checked = new CheckedQueue();
        for (const one of steps) checked.apply(one);
        checked.end();
      }),
    );
  });
});

interface Step {
  readonly key: string;
  readonly what: 'add' | 'addLater' | 'take' | 'done' | 'retry' | 'again';
  readonly ms: number;
}

/** The queue beside the simplest account of what was asked of it. */
class CheckedQueue {
  readonly #queue = newQueue();
  readonly #working = new Set<string>();
  /** Keys that must come out again, and the earliest time for it. */
  readonly #wanted = new Map<string, number>();
  #nowMs = 0;

  apply({ key, what, ms }: Step): void {
    this.#nowMs += ms % 50;
    switch (what) {
      case 'add':
      case 'addLater':
        this.#add(key, what === 'add' ? this.#nowMs : this.#nowMs + ms);
        break;
      case 'take':
        this.#take();
        break;
      case 'again':
        this.#finish(key, { type: 'again', delayMs: ms }, this.#nowMs + ms);
        break;
      case 'retry':
        this.#finish(key, { type: 'retry' }, this.#nowMs + 100);
        break;
      case 'done':
        this.#finish(key, { type: 'done' }, undefined);
    }
  }

  /** Much later, all that was wanted has come out. */
  end(): void {
    for (const key of this.#working) this.#finish(key, { type: 'done' }, undefined);
    this.#nowMs += 100_000;
    while (this.#take()) this.#working.clear();
    assert.deepEqual([...this.#wanted.keys()], []);
    assert.equal(this.#queue.waiting, 0);
  }

  #add(key: string, dueMs: number): void {
    this.#queue.add(key, dueMs, this.#nowMs);
    this.#want(key, dueMs);
  }

  #take(): boolean {
    const key = this.#queue.take(this.#nowMs);
    if (key === undefined) return false;
    assert.ok(!this.#working.has(key), `${key} twice in work`);
    assert.ok((this.#wanted.get(key) ?? Number.POSITIVE_INFINITY) <= this.#nowMs, `${key} before its time`);
    this.#working.add(key);
    this.#wanted.delete(key);
    return true;
  }

  #finish(key: string, outcome: WorkOutcome, wantedMs: number | undefined): void {
    if (!this.#working.delete(key)) return;
    this.#queue.finish(key, outcome, this.#nowMs);
    if (wantedMs !== undefined) this.#want(key, wantedMs);
  }

  #want(key: string, dueMs: number): void {
    this.#wanted.set(key, Math.min(dueMs, this.#wanted.get(key) ?? dueMs));
  }
}
