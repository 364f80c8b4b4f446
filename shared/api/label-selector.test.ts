import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from './json.ts';
import { anySelectorMatches, type Labels, parseLabelSelector, selectorMatches } from './label-selector.ts';

const web: Labels = { app: 'web', tier: 'front' };
const expression = (key: string, operator: string, ...values: string[]): JsonObject => ({
  matchExpressions: [{ key, operator, values }],
});

describe('a label selector', () => {
  const rows: readonly [string, JsonObject, boolean][] = [
    ['that is empty matches everything', {}, true],
    ['matches where all labels are equal', { matchLabels: { app: 'web', tier: 'front' } }, true],
    ['does not match where one label differs', { matchLabels: { app: 'web', tier: 'back' } }, false],
    ['In one of the values', expression('app', 'In', 'api', 'web'), true],
    ['In none of the values', expression('app', 'In', 'api'), false],
    ['In does not match a label that is not there', expression('zone', 'In', 'a'), false],
    ['NotIn does not match one of the values', expression('app', 'NotIn', 'web'), false],
    ['NotIn matches another value', expression('app', 'NotIn', 'api'), true],
    ['NotIn matches a label that is not there', expression('zone', 'NotIn', 'a'), true],
    ['Exists', expression('app', 'Exists'), true],
    ['Exists not', expression('zone', 'Exists'), false],
    ['DoesNotExist', expression('zone', 'DoesNotExist'), true],
    ['DoesNotExist, but it does', expression('app', 'DoesNotExist'), false],
    ['of an unknown operator matches nothing', expression('app', 'Gt', '1'), false],
    [
      'needs labels and expressions to hold',
      { matchLabels: { app: 'web' }, ...expression('tier', 'In', 'back') },
      false,
    ],
  ];
  for (const [what, json, expected] of rows) {
    test(what, () => assert.equal(selectorMatches(parseLabelSelector(json), web), expected));
  }
});

test('of several selectors one is enough, and none means all', () => {
  const back = parseLabelSelector({ matchLabels: { tier: 'back' } });
  const front = parseLabelSelector({ matchLabels: { tier: 'front' } });
  assert.equal(anySelectorMatches([], web), true);
  assert.equal(anySelectorMatches([back], web), false);
  assert.equal(anySelectorMatches([back, front], web), true);
});
