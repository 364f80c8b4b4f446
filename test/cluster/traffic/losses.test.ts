import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchFigures, longestGap, longestPauseMs, longestSilenceMs, lostDatagrams, servedSince } from './losses.ts';
import type { Traffic } from './traffic-message.ts';

const traffic: Traffic = {
  address: '192.0.2.1',
  sent: [0, 5, 10, 15, 32, 37, 42],
  // 2 comes twice, 3 and 6 not at all.
  echoes: [
    { datagram: 0, atMs: 1, node: 'a' },
    { datagram: 1, atMs: 6, node: 'a' },
    { datagram: 2, atMs: 11, node: 'a' },
    { datagram: 2, atMs: 12, node: 'b' },
    { datagram: 4, atMs: 33, node: 'b' },
    { datagram: 5, atMs: 38, node: 'b' },
  ],
  fetched: [
    { startedMs: 0, tookMs: 3, resets: 0, error: undefined },
    { startedMs: 10, tookMs: 1003, resets: 1, error: undefined },
    { startedMs: 20, tookMs: 4000, resets: 0, error: 'ETIMEDOUT' },
  ],
};

test('the longest silence is between two echoes, whichever datagrams they are of', () => {
  assert.equal(longestSilenceMs(traffic), 21);
});

test('of a silence, what the client paused itself is no gap', () => {
  // Sent at 15 and then at 32 only: 3 ms, 7.5 instead of 17, and 1.
  assert.deepEqual(longestGap(traffic, 5), { fromMs: 12, ms: 11.5 });
});

test('a silence through which the client went on sending is a gap as long as it was', () => {
  const sent = Array.from({ length: 100 }, (_, index) => index * 6);
  const echoes = sent
    .filter((atMs) => atMs < 100 || atMs > 400)
    .map((atMs) => ({ datagram: atMs / 6, atMs: atMs + 1, node: 'a' }));
  assert.deepEqual(longestGap({ ...traffic, sent, echoes }, 5), { fromMs: 97, ms: 306 });
  assert.equal(longestSilenceMs({ ...traffic, sent, echoes }), 306);
});

test('a datagram is lost when no echo of it came, and counted once when two came', () => {
  assert.equal(lostDatagrams(traffic), 2);
});

test("the client's own longest pause is told apart", () => {
  assert.equal(longestPauseMs(traffic), 17);
});

test('who served since a time', () => {
  assert.deepEqual(servedSince(traffic, 0), ['a', 'b']);
  assert.deepEqual(servedSince(traffic, 13), ['b']);
});

test('requests: how they failed, how many were reset, and took longest', () => {
  assert.deepEqual(fetchFigures(traffic), { count: 3, errors: ['ETIMEDOUT'], resets: 1, longestMs: 4000 });
});

test('nothing seen is no gap and no failure', () => {
  const nothing: Traffic = { address: '192.0.2.1', sent: [], echoes: [], fetched: [] };
  assert.deepEqual(
    [longestSilenceMs(nothing), longestGap(nothing, 5).ms, lostDatagrams(nothing), longestPauseMs(nothing)],
    [0, 0, 0, 0],
  );
  assert.deepEqual([fetchFigures(nothing)], [{ count: 0, errors: [], resets: 0, longestMs: 0 }]);
});
