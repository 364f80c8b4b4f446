import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compilePattern } from './pattern.ts';

const rows: readonly { name: string; pattern: string; yes: string; no: string }[] = [
  { name: 'a plain pattern', pattern: '^[a-z]+$', yes: 'abc', no: 'ABC' },
  { name: 'escaped punctuation that only RE2 allows', pattern: '^[a-z\\_\\-]+$', yes: 'a_b-c', no: 'a b' },
  { name: 'flags at the beginning', pattern: '(?i)^abc$', yes: 'ABC', no: 'abd' },
  { name: 'flags behind the mark of the beginning', pattern: '^(?i)(abc)?$', yes: 'ABC', no: 'xabc' },
  { name: 'characters beyond the first plane as one', pattern: '^.$', yes: '😀', no: '😀😀' },
];

describe('compilePattern', () => {
  for (const { name, pattern, yes, no } of rows) {
    test(name, () => {
      assert.equal(compilePattern(pattern)?.test(yes), true);
      assert.equal(compilePattern(pattern)?.test(no), false);
    });
  }

  test('what is no pattern gives none', () => assert.equal(compilePattern('(a'), undefined));
});
