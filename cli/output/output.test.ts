import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageText, timeText } from './age.ts';
import { bar } from './bar.ts';
import { columns } from './columns.ts';
import { countText } from './count.ts';
import { documentOf } from './document.ts';
import { colourStyle, plainStyle, visibleText } from './style.ts';

test('columns are as wide as their widest cell, and nothing stands behind the last one', () => {
  assert.deepEqual(columns([['a', 'bb', 'c'], ['aaa', '', 'cc'], ['a']], '  '), [
    '  a    bb  c',
    '  aaa      cc',
    '  a',
  ]);
});

test('colours take no room', () => {
  const rows = [
    [colourStyle.bad('ab'), 'x'],
    ['abc', 'y'],
  ];
  assert.deepEqual(columns(rows).map(visibleText), ['ab   x', 'abc  y']);
});

test('a style sets text off, and the plain one leaves it', () => {
  assert.equal(colourStyle.bold('x'), '\u001b[1mx\u001b[22m');
  assert.equal(colourStyle.good(''), '');
  assert.equal(plainStyle.bold('x'), 'x');
});

const bars = [
  { part: 0n, whole: 10n, text: '░░░░' },
  { part: 1n, whole: 100n, text: '█░░░' },
  { part: 50n, whole: 100n, text: '██░░' },
  { part: 99n, whole: 100n, text: '███░' },
  { part: 100n, whole: 100n, text: '████' },
  { part: 0n, whole: 0n, text: '░░░░' },
  { part: 1n, whole: 2n ** 64n, text: '█░░░' },
];

for (const { part, whole, text } of bars) {
  test(`${part} of ${whole} is drawn as ${text}`, () => assert.equal(bar(part, whole, 4), text));
}

test('an outcome is printed as text, JSON or YAML, with the same fields', () => {
  const outcome = { report: { name: 'a', absent: undefined, list: [{ x: 1 }] }, lines: ['one', 'two'] };
  assert.equal(documentOf(outcome, 'text'), 'one\ntwo\n');
  assert.equal(documentOf(outcome, 'json'), '{\n  "name": "a",\n  "list": [\n    {\n      "x": 1\n    }\n  ]\n}\n');
  assert.equal(documentOf(outcome, 'yaml'), 'name: a\nlist:\n  - x: 1\n');
});

test('texts that other readers of YAML take for something else are quoted', () => {
  const report = { a: 'yes', b: 'on', c: '1_000', d: '0b1', e: '2001:db8::1' };
  assert.equal(documentOf({ report, lines: [] }, 'yaml'), 'a: "yes"\nb: "on"\nc: "1_000"\nd: "0b1"\ne: 2001:db8::1\n');
});

const ages = [
  { ms: -5_000, text: '0 s' },
  { ms: 119_000, text: '119 s' },
  { ms: 120_000, text: '2 min' },
  { ms: 7_199_000, text: '119 min' },
  { ms: 7_200_000, text: '2 h' },
  { ms: 172_800_000, text: '2 d' },
];

for (const { ms, text } of ages) test(`an age of ${ms} ms reads ${text}`, () => assert.equal(ageText(ms), text));

test('a time is told in UTC, to the second', () => {
  assert.equal(timeText(Date.UTC(2026, 0, 31, 9, 5, 0, 700)), '2026-01-31 09:05:00 UTC');
});

const counts = [
  { decimal: '999999999', text: '999999999' },
  { decimal: '4294967296', text: '2^32' },
  { decimal: '18446744073709551615', text: 'over 2^63' },
];

for (const { decimal, text } of counts) {
  test(`${decimal} addresses read ${text}`, () => assert.equal(countText(decimal), text));
}
