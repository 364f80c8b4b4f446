import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Backoff, backoffDelay } from './backoff.ts';

const schedule = { initialMs: 100, factor: 2, maxMs: 1_000, jitter: 0.5 };

describe('backoff', () => {
  test('doubles up to the cap, also after very many failures', () => {
    const delays = [0, 1, 2, 3, 4, 5_000].map((attempt) => backoffDelay(schedule, attempt, () => 0));
    assert.deepEqual(delays, [100, 200, 400, 800, 1_000, 1_000]);
  });

  test('jitter takes away at most its share', () => {
    assert.equal(
      backoffDelay(schedule, 1, () => 1),
      100,
    );
    assert.equal(
      backoffDelay(schedule, 1, () => 0.5),
      150,
    );
  });

  test('never waits less than the server asks for, and begins anew after a success', () => {
    const backoff = new Backoff(schedule, () => 0);
    assert.equal(backoff.next(7_000), 7_000);
    assert.equal(backoff.next(), 200);
    backoff.reset();
    assert.equal(backoff.next(), 100);
    assert.equal(backoff.failures, 1);
  });
});
