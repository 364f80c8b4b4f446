import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Repeats } from './repeats.ts';

function said(repeats: Repeats<string>, untilMs: number): readonly string[] {
  const lines: string[] = [];
  for (let nowMs = repeats.nextDeadlineMs(); nowMs <= untilMs; nowMs = repeats.nextDeadlineMs()) {
    lines.push(`${repeats.takeDue(nowMs)} ${nowMs}`);
  }
  return lines;
}

test('a message is said as often as asked, the first time at once', () => {
  const repeats = new Repeats<string>();
  repeats.start('k', 'hear', { times: 3, everyMs: 100 }, 5);
  assert.deepEqual([said(repeats, 10_000), repeats.isActive('k')], [['hear 5', 'hear 105', 'hear 205'], false]);
});

test('a message that is stopped, or replaced, is not said again', () => {
  const repeats = new Repeats<string>();
  repeats.start('k', 'hear', { times: 3, everyMs: 100 }, 0);
  repeats.start('l', 'see', { times: 3, everyMs: 100 }, 0);
  assert.deepEqual(said(repeats, 99), ['hear 0', 'see 0']);
  repeats.start('k', 'smell', { times: 2, everyMs: 50 }, 99);
  repeats.stop('l');
  assert.deepEqual(said(repeats, 10_000), ['smell 99', 'smell 149']);
});

test('after a stall each message is said once, and not caught up on', () => {
  const repeats = new Repeats<string>();
  repeats.start('k', 'hear', { times: 3, everyMs: 100 }, 0);
  assert.deepEqual(
    [repeats.takeDue(1_000), repeats.takeDue(1_000), repeats.nextDeadlineMs()],
    ['hear', undefined, 1_100],
  );
});
