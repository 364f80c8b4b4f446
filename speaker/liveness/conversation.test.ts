import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Liveness } from './liveness.ts';
import type { LivenessEffect } from './liveness-effect.ts';
import { type Message, noNonce } from './message.ts';
import { nodeIdOf } from './node-id.ts';
import type { LivenessMember } from './peers.ts';

const a = { node: 'a', incarnation: 'a1', takesPart: true, leaseExpired: false };

/** A speaker `x` that knows the member `a`; what was said until now is taken. */
class Talk {
  readonly liveness: Liveness;
  #nonces = 0;

  constructor(members: readonly LivenessMember[] = [a]) {
    const nonce = (): string => {
      this.#nonces += 1;
      return `n${this.#nonces}`;
    };
    this.liveness = new Liveness({
      ...{ self: 'x', incarnation: 'x1', intervalMs: 100, multiplier: 3 },
      nonce,
      wallMs: () => 0,
    });
    this.liveness.setEnabled(true, 0);
    this.liveness.setMembers(members, 0);
    this.liveness.advance(0);
    this.liveness.takeEffects();
  }

  /** Lets all happen that is due until then. */
  pass(untilMs: number): void {
    for (let nowMs = this.liveness.nextDeadlineMs(); nowMs <= untilMs; nowMs = this.liveness.nextDeadlineMs()) {
      this.liveness.advance(nowMs);
    }
    this.liveness.takeEffects();
  }

  /** What x does about a message of that incarnation, `a1` of `a`: its effects, with the nonce or the probation of messages. */
  hear(incarnation: string, message: Message, nowMs: number): readonly string[] {
    const sender = nodeIdOf(incarnation.slice(0, 1));
    this.liveness.receive({ sender, incarnation, sequence: 1 }, message, nowMs);
    return this.effects();
  }

  effects(): readonly string[] {
    return this.liveness.takeEffects().map(textOf);
  }
}

const all = (nodes: readonly string[]): readonly LivenessMember[] =>
  nodes.map((node) => ({ ...a, node, incarnation: `${node}1` }));

function textOf(effect: LivenessEffect): string {
  if (effect.type === 'standing') {
    const silence = effect.standing === 'dead' ? ` after ${effect.silentMs} ms` : '';
    return `${effect.node} ${effect.standing}${silence}`;
  }
  if (effect.type === 'pulsesBlocked') return effect.blocked ? 'pulses blocked' : 'pulses again';
  if (effect.type === 'cutOff') return effect.cutOff ? 'cut off' : 'not cut off';
  if (effect.type !== 'send') return effect.type;
  const { message, to } = effect;
  if (message.type === 'hello') return `hello ${message.nonce} to ${to}`;
  if (message.type === 'welcome') return `welcome ${message.nonce} ${message.probationMs} to ${to}`;
  return `${message.type} to ${to}`;
}

const pulse: Message = {
  ...{ type: 'pulse', intervalMs: 100, multiplier: 3, leaving: false },
  ...{ claimsVersion: 0, wallMs: 0 },
};
const leave: Message = { type: 'leave' };
const welcome = (nonce: string, probationMs = 0): Message => ({ type: 'welcome', nonce, probationMs });
const hello: Message = { type: 'hello', nonce: 'f00d' };

test('an incarnation that has proved nothing is asked, and not acted on', () => {
  const talk = new Talk();
  assert.deepEqual(talk.hear('a1', leave, 20), ['hello n1 to a']);
  assert.deepEqual([talk.liveness.standing('a'), talk.liveness.isVerified(nodeIdOf('a'), 'a1')], ['live', false]);
});

test('its answer to the nonce proves that it runs', () => {
  const talk = new Talk();
  assert.deepEqual(talk.hear('a1', welcome('n1'), 20), ['contact']);
  assert.deepEqual([talk.liveness.isVerified(nodeIdOf('a'), 'a1'), talk.liveness.contact('a')], [true, true]);
  assert.deepEqual(talk.hear('a1', leave, 30), ['a leaving']);
});

test('recorded messages of a former incarnation change nothing, however many come', () => {
  const talk = new Talk();
  talk.hear('a1', welcome('n1'), 20);
  const said = [pulse, leave, hello, welcome('n0'), pulse].map((message) => talk.hear('a0', message, 40));
  assert.deepEqual(said, [['hello n1 to a'], [], ['welcome f00d 2000 to a'], [], []]);
  assert.deepEqual([talk.liveness.standing('a'), talk.liveness.isVerified(nodeIdOf('a'), 'a1')], ['live', true]);
});

test('a pulse of a member that runs brings the own pulse nearer to it, and nothing else does', () => {
  const talk = new Talk();
  talk.hear('a1', pulse, 95);
  const due = [talk.liveness.nextDeadlineMs()];
  talk.hear('a1', welcome('n1'), 96);
  due.push(talk.liveness.nextDeadlineMs());
  talk.hear('a1', pulse, 97);
  due.push(talk.liveness.nextDeadlineMs());
  assert.deepEqual(due, [100, 100, 97]);
});

test('an answer to a nonce that is older than 2 s proves nothing', () => {
  const talk = new Talk();
  assert.deepEqual(talk.hear('a1', welcome('n1'), 2_001), []);
  assert.equal(talk.liveness.isVerified(nodeIdOf('a'), 'a1'), false);
});

test('an unknown incarnation is asked before its hello is answered, and told that it was away', () => {
  const talk = new Talk();
  talk.hear('a1', welcome('n1'), 20);
  assert.deepEqual(talk.hear('a2', hello, 500), ['hello n1 to a', 'welcome f00d 2000 to a']);
  assert.deepEqual(talk.hear('a2', welcome('n1'), 501), ['a dead after 481 ms', 'a probation', 'contact']);
  assert.deepEqual(talk.hear('a2', hello, 1_001), ['welcome f00d 1500 to a', 'contact']);
});

test('a node that was never seen before is told of no probation', () => {
  const talk = new Talk();
  assert.deepEqual(talk.hear('a1', hello, 20), ['hello n1 to a', 'welcome f00d 0 to a']);
});

test('a node that is told of its probation is on it for so long, but for 2 s at most', () => {
  const talk = new Talk();
  assert.deepEqual(talk.hear('a1', welcome('n1', 60_000), 20), ['x probation', 'contact']);
  talk.liveness.advance(2_019);
  assert.equal(talk.liveness.standing('x'), 'probation');
  talk.liveness.advance(2_020);
  assert.equal(talk.liveness.standing('x'), 'live');
});

test('whoever says that it suspects this node gets a hello at once', () => {
  const talk = new Talk();
  talk.hear('a1', welcome('n1'), 20);
  const suspect: Message = { type: 'suspect', target: nodeIdOf('x'), targetIncarnation: 'x1' };
  assert.deepEqual(talk.hear('a1', suspect, 40), ['hello n1 to a']);
  assert.deepEqual(talk.hear('a1', { ...suspect, targetIncarnation: 'x0' }, 60), []);
});

test('messages of strangers, and under the own name, are without effect', () => {
  const talk = new Talk();
  for (const sender of ['x', 'b'].map(nodeIdOf)) {
    talk.liveness.receive({ sender, incarnation: 'a1', sequence: 1 }, hello, 20);
  }
  assert.deepEqual(talk.liveness.takeEffects(), []);
});

test('a suspicion counts against the incarnation that it names', () => {
  const talk = new Talk([a, { ...a, node: 'b', incarnation: 'b1' }]);
  for (const incarnation of ['a1', 'b1']) talk.hear(incarnation, welcome('n1'), 20);
  for (const nowMs of [120, 220, 320]) {
    talk.pass(nowMs);
    talk.hear('b1', pulse, nowMs);
  }
  talk.pass(340);
  const suspect: Message = { type: 'suspect', target: nodeIdOf('a'), targetIncarnation: 'a0' };
  talk.hear('b1', suspect, 340);
  assert.equal(talk.liveness.standing('a'), 'live');
  talk.hear('b1', { ...suspect, targetIncarnation: 'a1' }, 341);
  assert.equal(talk.liveness.standing('a'), 'dead');
});

test('who is heard after its pulses were blocked is asked what it thinks of this node, and told what that holds', () => {
  const talk = new Talk();
  talk.hear('a1', welcome('n1'), 20);
  talk.pass(500);
  talk.liveness.gatewayAnswered(500);
  assert.equal(talk.liveness.standing('a'), 'dead');
  for (const nowMs of [5_000, 10_000]) talk.liveness.leaseRenewed('a', nowMs);
  talk.pass(10_050);
  assert.equal(talk.liveness.standing('a'), 'probation');
  const said = talk.hear('a1', pulse, 10_060);
  assert.deepEqual(
    said.map((line) => line.replace(/ n\d+ /, ' ')),
    ['pulses again', 'hello to a', 'contact'],
  );
  talk.liveness.advance(10_060);
  assert.deepEqual(talk.effects(), ['alive to a']);
});

test('a missing pulse is asked about', () => {
  const talk = new Talk();
  talk.hear('a1', welcome('n1'), 20);
  talk.pass(129);
  talk.liveness.advance(130);
  assert.deepEqual(talk.effects(), ['hello 0000000000000000 to a']);
});

test('who asks for a sign of life alone gets an answer, and is not told what this node holds', () => {
  const talk = new Talk();
  talk.hear('a1', welcome('n1'), 20);
  assert.deepEqual(talk.hear('a1', { type: 'hello', nonce: noNonce }, 30), ['welcome 0000000000000000 0 to a']);
});

test('the answer to that is a sign of life of the incarnation that is known, and no proof of another', () => {
  const talk = new Talk();
  talk.hear('a1', welcome('n1'), 20);
  talk.pass(300);
  assert.deepEqual(talk.hear('a0', welcome(noNonce), 300), []);
  assert.deepEqual(talk.hear('a1', welcome(noNonce), 310), []);
  talk.pass(619);
  assert.ok(talk.liveness.contact('a'));
  talk.pass(620);
  assert.ok(!talk.liveness.contact('a') && talk.liveness.isVerified(nodeIdOf('a'), 'a1'));
});

for (const [name, members] of [
  ['whom this node does not watch any more', ['a', 'b', 'd', 'f', 'g']],
  ['who is no member any more', ['b']],
] as const) {
  test(`${name} is not spoken of`, () => {
    const talk = new Talk(all(['a', 'b']));
    for (const incarnation of ['a1', 'b1']) talk.hear(incarnation, welcome('n1'), 20);
    talk.pass(200);
    talk.hear('b1', pulse, 200);
    talk.pass(329);
    talk.liveness.advance(330);
    assert.ok(talk.effects().includes('suspect to a,b'));
    talk.liveness.setMembers(all(members), 331);
    talk.liveness.advance(430);
    assert.deepEqual(
      talk.effects().filter((line) => line.startsWith('suspect')),
      [],
    );
  });
}

test('of whom this node does not watch it says that it was silent for a detection time', () => {
  const talk = new Talk(all(['a', 'b', 'd', 'f', 'g']));
  for (const incarnation of ['a1', 'd1', 'f1', 'g1']) talk.hear(incarnation, welcome('n1'), 20);
  for (let nowMs = 100; nowMs <= 1_000; nowMs += 100) {
    talk.pass(nowMs);
    for (const incarnation of ['d1', 'f1', 'g1']) talk.hear(incarnation, pulse, nowMs);
  }
  const suspect: Message = { type: 'suspect', target: nodeIdOf('a'), targetIncarnation: 'a1' };
  assert.deepEqual([talk.hear('d1', suspect, 1_001), talk.hear('f1', suspect, 1_002)], [[], ['a dead after 310 ms']]);
});

test('a message of a member that this node does not watch shows that it is not cut off', () => {
  const talk = new Talk(all(['a', 'b', 'd', 'f', 'g']));
  for (const incarnation of ['a1', 'd1', 'f1', 'g1']) talk.hear(incarnation, welcome('n1'), 20);
  talk.pass(330);
  assert.ok(talk.liveness.cutOff);
  assert.equal(talk.hear('a1', pulse, 340)[0], 'not cut off');
});
