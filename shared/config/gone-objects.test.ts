import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GoneObjects } from './gone-objects.ts';

function verdicts(answers: readonly boolean[], gone = new GoneObjects()): readonly string[] {
  return answers.map((served) => {
    const verdict = gone.answered(served);
    return verdict.type === 'deleted'
      ? 'deleted'
      : `${verdict.news ?? 'nothing new'}, again in ${verdict.askAgainMs} ms`;
  });
}

const missing = 'missing, again in 5000 ms';
const still = 'nothing new, again in 5000 ms';
const back = 'back, again in 60000 ms';

describe('objects of which none is left', () => {
  test('were deleted where their definition is there', () => assert.deepEqual(verdicts([true]), ['deleted']));
  test('are awaited for as long as it is missing, and a minute longer', () => {
    assert.deepEqual(verdicts([false, false, false, true, true]), [missing, still, still, back, 'deleted']);
  });
  test('are awaited again where it goes once more', () => {
    assert.deepEqual(verdicts([false, true, false, true, true]), [missing, back, missing, back, 'deleted']);
  });
  test('may be awaited longer', () => {
    assert.deepEqual(verdicts([false, true], new GoneObjects(70_000)), [missing, 'back, again in 70000 ms']);
  });
});

test('whether they are awaited is known once the definition was missing', () => {
  const gone = new GoneObjects();
  assert.equal(gone.awaited, false);
  gone.answered(false);
  assert.equal(gone.awaited, true);
  gone.answered(true);
  assert.equal(gone.awaited, true);
});
