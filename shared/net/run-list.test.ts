import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RunList } from './run-list.ts';

/** The runs that hold any of 0 to `highest`. */
function runsOf(list: RunList, highest = 100n): readonly (readonly [bigint, bigint])[] {
  const runs: [bigint, bigint][] = [];
  for (let value = 0n; value <= highest; ) {
    const run = list.runAt(value);
    if (run !== undefined) runs.push([run.first, run.last]);
    value = (run?.last ?? value) + 1n;
  }
  return runs;
}

function listOf(...runs: readonly (readonly [bigint, bigint])[]): RunList {
  const list = new RunList();
  for (const [first, last] of runs) list.insert(first, last);
  return list;
}

describe('insert', () => {
  const rows: readonly [string, readonly [bigint, bigint], readonly (readonly [bigint, bigint])[]][] = [
    [
      'a run of its own',
      [7n, 7n],
      [
        [2n, 5n],
        [7n, 7n],
        [10n, 12n],
      ],
    ],
    [
      'a run before all others',
      [0n, 0n],
      [
        [0n, 0n],
        [2n, 5n],
        [10n, 12n],
      ],
    ],
    [
      'a run that touches the one before',
      [6n, 7n],
      [
        [2n, 7n],
        [10n, 12n],
      ],
    ],
    [
      'a run that touches the one behind',
      [8n, 9n],
      [
        [2n, 5n],
        [8n, 12n],
      ],
    ],
    ['a run that fills the gap', [6n, 9n], [[2n, 12n]]],
    [
      'a run that is in already',
      [3n, 4n],
      [
        [2n, 5n],
        [10n, 12n],
      ],
    ],
    ['a run that covers all', [0n, 20n], [[0n, 20n]]],
    ['a run that reaches into both', [5n, 10n], [[2n, 12n]]],
  ];
  for (const [what, [first, last], expected] of rows) {
    test(what, () => {
      const list = listOf([2n, 5n], [10n, 12n]);
      list.insert(first, last);
      assert.deepEqual(runsOf(list), expected);
    });
  }
});

describe('remove', () => {
  const rows: readonly [string, readonly [bigint, bigint], readonly (readonly [bigint, bigint])[]][] = [
    [
      'what is not in',
      [6n, 9n],
      [
        [2n, 5n],
        [10n, 12n],
      ],
    ],
    [
      'the begin of a run',
      [1n, 3n],
      [
        [4n, 5n],
        [10n, 12n],
      ],
    ],
    [
      'the end of a run',
      [5n, 7n],
      [
        [2n, 4n],
        [10n, 12n],
      ],
    ],
    [
      'the middle of a run',
      [11n, 11n],
      [
        [2n, 5n],
        [10n, 10n],
        [12n, 12n],
      ],
    ],
    ['a whole run', [2n, 5n], [[10n, 12n]]],
    [
      'parts of two',
      [4n, 10n],
      [
        [2n, 3n],
        [11n, 12n],
      ],
    ],
    ['everything', [0n, 20n], []],
  ];
  for (const [what, [first, last], expected] of rows) {
    test(what, () => {
      const list = listOf([2n, 5n], [10n, 12n]);
      list.remove(first, last);
      assert.deepEqual(runsOf(list), expected);
    });
  }
});

test('the whole of IPv6 is one run', () => {
  const list = listOf([0n, 2n ** 127n - 1n], [2n ** 127n, 2n ** 128n - 1n]);
  assert.deepEqual(list.runAt(2n ** 100n), { first: 0n, last: 2n ** 128n - 1n });
});

interface Command {
  readonly insert: boolean;
  readonly first: bigint;
  readonly more: bigint;
}

function apply({ insert, first, more }: Command, list: RunList, model: Set<bigint>): void {
  if (insert) list.insert(first, first + more);
  else list.remove(first, first + more);
  for (let value = first; value <= first + more; value += 1n) {
    if (insert) model.add(value);
    else model.delete(value);
  }
}

test('a run list answers like a plain set, whatever was done to it', () => {
  const command = fc.record({
    insert: fc.boolean(),
    first: fc.bigInt(0n, 60n),
    more: fc.oneof(fc.constant(0n), fc.bigInt(0n, 15n)),
  });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
      const list = new RunList();
      const model = new Set<bigint>();
      for (const each of commands) apply(each, list, model);
      for (let value = 0n; value <= 80n; value += 1n) {
        const run = list.runAt(value);
        assert.equal(run !== undefined, model.has(value));
        if (run === undefined) continue;
        assert.ok(run.first <= value && value <= run.last);
        assert.ok(!model.has(run.last + 1n) && !model.has(run.first - 1n), 'runs are maximal');
      }
      const members = runsOf(list).flatMap(([first, last]) =>
        Array.from({ length: Number(last - first) + 1 }, (_, offset) => first + BigInt(offset)),
      );
      assert.deepEqual(
        members,
        [...model].sort((a, b) => Number(a - b)),
      );
    }),
    { numRuns: 500 },
  );
});

test('ten thousand fragments keep their order while chunks are halved and given up', () => {
  const list = new RunList();
  // A fixed walk over all even numbers in a scattered order: 7919 is prime to 10,000.
  const scattered = (step: number): bigint => BigInt(((step * 7919) % 10_000) * 2);
  for (let step = 0; step < 10_000; step += 1) list.insert(scattered(step), scattered(step));
  assert.deepEqual(
    runsOf(list, 20_000n),
    Array.from({ length: 10_000 }, (_, index) => [BigInt(2 * index), BigInt(2 * index)]),
  );
  for (let step = 0; step < 10_000; step += 1) list.insert(scattered(step) + 1n, scattered(step) + 1n);
  assert.deepEqual(runsOf(list, 20_000n), [[0n, 19_999n]]);
  for (let step = 0; step < 10_000; step += 1) list.remove(scattered(step), scattered(step));
  assert.deepEqual(
    runsOf(list, 20_000n),
    Array.from({ length: 10_000 }, (_, index) => [BigInt(2 * index + 1), BigInt(2 * index + 1)]),
  );
  list.remove(0n, 20_000n);
  assert.deepEqual(runsOf(list, 20_000n), []);
});
