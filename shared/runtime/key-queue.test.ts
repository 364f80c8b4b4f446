import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { KeyQueue } from './key-queue.ts';

describe('queue of keys', () => {
  test('gives each key once, in order of arrival; one that was taken may come again', () => {
    const queue = new KeyQueue();
    for (const key of ['a', 'b', 'a']) queue.add(key);
    assert.deepEqual([queue.size, queue.has('b'), queue.has('c')], [2, true, false]);
    assert.equal(queue.take(), 'a');
    queue.add('a');
    assert.deepEqual([queue.take(), queue.take(), queue.take(), queue.size], ['b', 'a', undefined, 0]);
  });

  test('is a Set from which the first is taken, also after thousands', () => {
    const steps = fc.array(fc.record({ add: fc.integer({ min: 0, max: 3_000 }), take: fc.integer({ max: 3_000 }) }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(steps, (rounds) => {
        const queue = new KeyQueue();
        const plain = new Set<string>();
        for (const { add, take } of rounds) {
          addMany(add, queue, plain);
          for (let count = 0; count < take; count += 1) assert.equal(queue.take(), takeFirst(plain));
          assert.equal(queue.size, plain.size);
        }
      }),
      { numRuns: 20 },
    );
  });
});

function addMany(count: number, ...queues: readonly { add(key: string): unknown }[]): void {
  for (let index = 0; index < count; index += 1) for (const queue of queues) queue.add(`k${index}`);
}

function takeFirst(keys: Set<string>): string | undefined {
  const [first] = keys;
  if (first !== undefined) keys.delete(first);
  return first;
}
