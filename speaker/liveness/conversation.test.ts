import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Liveness } from './liveness.ts';
import type { LivenessEffect } from './liveness-effect.ts';
import type { Message } from './message.ts';
import { nodeIdOf } from './node-id.ts';

const a = { node: 'a', incarnation: 'a1', takesPart: true, leaseExpired: false };

/** A speaker `x` that knows the member `a`; what was said until now is taken. */
class Talk {
  readonly liveness: Liveness;
  #nonces = 0;

  constructor() {
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
    this.liveness.setMembers([a], 0);
    this.liveness.advance(0);
    this.liveness.takeEffects();
  }

  /** What x does about a message of `a`: its effects, with the nonce or the probation of messages. */
  hear(incarnation: string, message: Message, nowMs: number): readonly string[] {
    this.liveness.receive({ sender: nodeIdOf('a'), incarnation, sequence: 1n }, message, nowMs);
    return this.liveness.takeEffects().map(textOf);
  }
}

function textOf(effect: LivenessEffect): string {
  if (effect.type === 'standing') return `${effect.node} ${effect.standing}`;
  if (effect.type !== 'send') return effect.type;
  const { message, to } = effect;
  if (message.type === 'hello') return `hello ${message.nonce} to ${to}`;
  return message.type === 'welcome' ? `welcome ${message.nonce} ${message.probationMs} to ${to}` : message.type;
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

test('an answer to a nonce that is older than 2 s proves nothing', () => {
  const talk = new Talk();
  assert.deepEqual(talk.hear('a1', welcome('n1'), 2_001), []);
  assert.equal(talk.liveness.isVerified(nodeIdOf('a'), 'a1'), false);
});

test('an unknown incarnation is asked before its hello is answered, and told that it was away', () => {
  const talk = new Talk();
  talk.hear('a1', welcome('n1'), 20);
  assert.deepEqual(talk.hear('a2', hello, 500), ['hello n1 to a', 'welcome f00d 2000 to a']);
  assert.deepEqual(talk.hear('a2', welcome('n1'), 501), ['a dead', 'a probation', 'contact']);
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
    talk.liveness.receive({ sender, incarnation: 'a1', sequence: 1n }, hello, 20);
  }
  assert.deepEqual(talk.liveness.takeEffects(), []);
});
