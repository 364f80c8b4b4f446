import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../test/sim/seeded-random.ts';
import { PulseRhythm } from './pulse-rhythm.ts';

/** One that has sent a pulse at 1000, and is due at 1100. */
function newRhythm(): PulseRhythm {
  const rhythm = new PulseRhythm(100);
  rhythm.start(1_000);
  rhythm.sent(1_000);
  return rhythm;
}

test('without anybody to hear it nothing is due, and a start is now', () => {
  const rhythm = new PulseRhythm(100);
  const due = [rhythm.dueMs];
  rhythm.heard(500);
  due.push(rhythm.dueMs);
  rhythm.start(1_000);
  due.push(rhythm.dueMs);
  rhythm.start(1_001);
  due.push(rhythm.dueMs);
  rhythm.stop();
  due.push(rhythm.dueMs);
  assert.deepEqual(due, [Infinity, Infinity, 1_000, 1_000, Infinity]);
});

const heard: readonly { readonly name: string; readonly atMs: readonly number[]; readonly dueMs: number }[] = [
  { name: 'nothing was heard: an interval after the last', atMs: [], dueMs: 1_100 },
  { name: 'longer than half an interval before the own pulse: nothing changes', atMs: [1_020], dueMs: 1_100 },
  { name: 'somewhat less than that: a little sooner', atMs: [1_060], dueMs: 1_098 },
  { name: 'shortly before: much sooner', atMs: [1_080], dueMs: 1_094 },
  { name: 'just before: now', atMs: [1_095], dueMs: 1_095 },
  { name: 'two: both pull', atMs: [1_080, 1_081], dueMs: 1_090 },
  { name: 'many: not sooner than nine tenths of an interval after the last', atMs: Array(9).fill(1_070), dueMs: 1_090 },
  { name: 'when it is overdue: it is not put off', atMs: [1_170], dueMs: 1_100 },
];
for (const { name, atMs, dueMs } of heard) {
  test(`a pulse of another, ${name}`, () => {
    const rhythm = newRhythm();
    for (const nowMs of atMs) rhythm.heard(nowMs);
    assert.equal(Math.round(rhythm.dueMs), dueMs);
  });
}

test('a pulse that leaves late is no reason to put off the next', () => {
  const rhythm = newRhythm();
  rhythm.sent(1_150);
  rhythm.heard(1_190);
  assert.equal(rhythm.dueMs, 1_200);
});

/** When each of them sends, for ten seconds: timers are late by up to 1 ms, and all hear all after 0.1 to 0.3 ms. */
function sendTimes(nodes: number, seed: number): readonly (readonly number[])[] {
  const random = new SeededRandom(seed);
  const all = Array.from({ length: nodes }, () => ({ rhythm: new PulseRhythm(100), wakeMs: 0, sent: [0].slice(1) }));
  for (const node of all) {
    node.rhythm.start(random.between(0, 100));
    node.wakeMs = node.rhythm.dueMs;
  }
  let arrivals: { readonly atMs: number; readonly to: (typeof all)[number] }[] = [];
  for (let nowMs = 0; nowMs < 10_000; ) {
    const first = all.reduce((one, other) => (other.wakeMs < one.wakeMs ? other : one));
    const arrival = arrivals.reduce((one, other) => (other.atMs < one.atMs ? other : one), {
      atMs: Infinity,
      to: first,
    });
    nowMs = Math.min(first.wakeMs, arrival.atMs);
    const node = arrival.atMs < first.wakeMs ? arrival.to : first;
    arrivals = arrivals.filter((one) => one !== arrival);
    if (arrival.atMs < first.wakeMs) node.rhythm.heard(nowMs);
    if (nowMs >= node.rhythm.dueMs) {
      node.rhythm.sent(nowMs);
      node.sent.push(nowMs);
      for (const to of all) if (to !== node) arrivals.push({ atMs: nowMs + random.between(0.1, 0.3), to });
    }
    node.wakeMs = node.rhythm.dueMs + random.between(0, 1);
  }
  return all.map(({ sent }) => sent);
}

for (const nodes of [2, 3, 5]) {
  test(`${nodes} nodes come to send together, from whatever phases, and never miss their interval`, () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const times = sendTimes(nodes, seed);
      const gaps = times.flatMap((sent) => sent.slice(1).map((atMs, index) => atMs - (sent[index] ?? 0)));
      assert.ok(Math.min(...gaps) >= 90 - 1e-6 && Math.max(...gaps) < 102, `seed ${seed}: ${Math.max(...gaps)}`);
      const last = times.map((sent) => sent.at(-1) ?? 0);
      const apartMs = Math.max(...last) - Math.min(...last);
      assert.ok(Math.min(apartMs, 100 - apartMs) < 3, `seed ${seed}: ${apartMs} ms apart`);
    }
  });
}
