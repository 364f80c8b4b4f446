import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bar } from './bar.ts';
import { columns } from './columns.ts';
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
