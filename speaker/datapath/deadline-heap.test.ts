import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeadlineHeap } from './deadline-heap.ts';

test('an empty heap has no first', () => {
  const heap = new DeadlineHeap<string>();
  assert.equal(heap.first(), undefined);
  heap.delete('a');
  assert.equal(heap.size, 0);
});

test('the first is always the earliest of those that were set and not deleted', () => {
  const key = fc.integer({ min: 0, max: 12 });
  const step = fc.record({ key, dueMs: fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const heap = new DeadlineHeap<number>();
      const model = new Map<number, number>();
      for (const { key: one, dueMs } of steps) {
        if (dueMs === undefined) {
          heap.delete(one);
          model.delete(one);
        } else {
          heap.set(one, dueMs);
          model.set(one, dueMs);
        }
        const earliest = model.size === 0 ? undefined : Math.min(...model.values());
        assert.equal(heap.first()?.dueMs, earliest);
        assert.equal(heap.size, model.size);
      }
    }),
  );
});
