import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Handshake, helloPeriodMs } from './handshake.ts';

/** Nonces n1, n2 and so on. */
function handshake(): Handshake {
  let count = 0;
  return new Handshake(() => {
    count += 1;
    return `n${count}`;
  });
}

/** Times until `untilMs` at which somebody gets a hello. */
function hellos(of: Handshake, untilMs: number): readonly string[] {
  const sent: string[] = [];
  for (let nowMs = of.nextDeadlineMs(); nowMs <= untilMs; nowMs = of.nextDeadlineMs()) {
    sent.push(`${of.takeDue(nowMs).join(' ')} ${nowMs}`);
  }
  return sent;
}

test('who is sought is asked at once, soon again, and then once a second', () => {
  const one = handshake();
  one.seek('x', 5);
  assert.deepEqual(hellos(one, 4_000), ['x 5', 'x 105', 'x 305', 'x 705', 'x 1505', 'x 2505', 'x 3505']);
});

test('all who are due get one hello', () => {
  const one = handshake();
  for (const node of ['x', 'y', 'z']) one.seek(node, 0);
  one.rest('y');
  assert.deepEqual(hellos(one, 50), ['x z 0']);
});

test('seeking the same again changes nothing, and who rests is asked no more', () => {
  const one = handshake();
  one.seek('x', 0);
  one.takeDue(0);
  one.seek('x', 1);
  assert.equal(one.nextDeadlineMs(), 100);
  one.rest('x');
  assert.deepEqual(hellos(one, 10_000), []);
});

test('beyond 200 members the period grows, so that hellos stay within 200 a second', () => {
  assert.deepEqual([2, 200, 201, 1_000].map(helloPeriodMs), [1_000, 1_000, 1_005, 5_000]);
  const one = handshake();
  one.setMemberCount(1_000);
  one.seek('x', 0);
  assert.deepEqual(hellos(one, 12_000), ['x 0', 'x 100', 'x 300', 'x 700', 'x 1500', 'x 3100', 'x 6300', 'x 11300']);
});

test('asking out of turn puts off the next turn, and is refused within 10 ms', () => {
  const one = handshake();
  one.seek('x', 0);
  assert.deepEqual([one.takeDue(0), one.ask('x', 9), one.ask('x', 10), one.ask('y', 10)], [['x'], false, true, true]);
  assert.equal(one.nextDeadlineMs(), 210);
});

const welcomes: readonly {
  readonly name: string;
  readonly nonce: string;
  readonly atMs: number;
  readonly verdict: string;
}[] = [
  { name: 'an answer to the present nonce', nonce: 'n2', atMs: 1_500, verdict: 'verified' },
  { name: 'an answer to the former nonce within 2 s', nonce: 'n1', atMs: 2_000, verdict: 'verified' },
  { name: 'an answer to the former nonce after that', nonce: 'n1', atMs: 2_001, verdict: 'stale' },
  { name: 'an answer to the present nonce after that', nonce: 'n2', atMs: 3_401, verdict: 'stale' },
  { name: 'an answer to a nonce that was never sent', nonce: 'n3', atMs: 1_500, verdict: 'stale' },
];

for (const { name, nonce, atMs, verdict } of welcomes) {
  test(`${name} is ${verdict}`, () => {
    const one = handshake();
    assert.deepEqual([one.nonce(0), one.nonce(999), one.nonce(1_400)], ['n1', 'n1', 'n2']);
    assert.equal(one.welcomed('x', 'i1', nonce, atMs), verdict);
    assert.equal(one.verified('x'), verdict === 'verified' ? 'i1' : undefined);
  });
}

test('a welcome before any hello proves nothing', () => {
  assert.equal(handshake().welcomed('x', 'i1', 'n1', 0), 'stale');
});

test('each incarnation is verified once, and the last one counts', () => {
  const one = handshake();
  const nonce = one.nonce(0);
  const said = ['i1', 'i1', 'i2'].map((incarnation) => one.welcomed('x', incarnation, nonce, 1));
  assert.deepEqual([said, one.verified('x')], [['verified', 'known', 'verified'], 'i2']);
  one.forget('x');
  assert.equal(one.verified('x'), undefined);
});
