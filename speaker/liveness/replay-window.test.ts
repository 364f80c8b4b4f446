import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReplayWindow } from './replay-window.ts';

const table: readonly {
  readonly name: string;
  readonly sequences: readonly number[];
  readonly passed: readonly number[];
}[] = [
  { name: 'in order', sequences: [1, 2, 3], passed: [1, 2, 3] },
  { name: 'zero, which nobody sends', sequences: [0, 1], passed: [1] },
  { name: 'twice', sequences: [5, 5, 6, 5, 6], passed: [5, 6] },
  { name: 'late, within the window', sequences: [100, 37, 99, 37], passed: [100, 37, 99] },
  { name: 'too late to tell', sequences: [100, 36], passed: [100] },
  { name: 'a jump of a whole window and more', sequences: [1, 65, 2, 1_000, 936, 937], passed: [1, 65, 2, 1_000, 937] },
  { name: 'a jump that leaves the last number just inside', sequences: [1, 64, 1, 65, 2], passed: [1, 64, 65, 2] },
];

for (const { name, sequences, passed } of table) {
  test(`numbers pass once: ${name}`, () => {
    const window = new ReplayWindow();
    assert.deepEqual(
      sequences.filter((sequence) => window.accept(sequence)),
      passed,
    );
  });
}

test('the highest number of all passes, and what is below it', () => {
  const window = new ReplayWindow();
  assert.equal(window.accept(Number.MAX_SAFE_INTEGER), true);
  assert.equal(window.accept(Number.MAX_SAFE_INTEGER - 1), true);
  assert.equal(window.accept(Number.MAX_SAFE_INTEGER), false);
});

test('whatever comes in whatever order, no number passes twice, and a higher one always does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 400 }), (sequences) => {
      const window = new ReplayWindow();
      const passed = new Set<number>();
      let highest = 0;
      for (const sequence of sequences) {
        const isNew = !passed.has(sequence) && sequence > highest - 64;
        assert.equal(window.accept(sequence), isNew, `${sequence} after ${highest}`);
        if (isNew) passed.add(sequence);
        highest = Math.max(highest, sequence);
      }
    }),
  );
});
