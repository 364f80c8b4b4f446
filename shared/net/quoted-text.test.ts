import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quotedText } from './quoted-text.ts';

const rows: readonly [string, string, string][] = [
  ['a short text as it is', '10.0.0.1', '"10.0.0.1"'],
  ['a line end on one line', 'a\nb', String.raw`"a\nb"`],
  ['quotes so that they can be told from ours', 'a"b', String.raw`"a\"b"`],
  ['a hundred characters whole', 'x'.repeat(100), `"${'x'.repeat(100)}"`],
  ['a long text cut', 'x'.repeat(101), `"${'x'.repeat(99)}…"`],
];
for (const [what, text, expected] of rows) {
  test(`shows ${what}`, () => assert.equal(quotedText(text), expected));
}
