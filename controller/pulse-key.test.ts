import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pulseKeyIdOf } from '../shared/api/pulse-keys.ts';
import { type Secret, secretResource } from '../shared/api/secret.ts';
import { applyPatch } from '../test/support/json-patching.ts';
import {
  initialPulseKey,
  type PulseKeyMove,
  pulseKeyPatch,
  pulseKeySecret,
  type SpeakerKeys,
  stepPulseKey,
} from './pulse-key.ts';

const a = new Uint8Array(32).fill(0xa);
const b = new Uint8Array(32).fill(0xb);
const c = new Uint8Array(32).fill(0xc);

function base64(key: Uint8Array): string {
  return Buffer.from(key).toString('base64');
}

interface Content {
  readonly data?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

function secretOf({ data = { current: base64(a) }, annotations = {} }: Content): Secret {
  return secretResource.parse({ metadata: { name: 'herald-pulse-key', resourceVersion: '7', annotations }, data });
}

function holding(...keys: Uint8Array[]): SpeakerKeys {
  return { node: `node-${keys.length}`, keys: keys.map(pulseKeyIdOf) };
}

test('a key has the id that anybody can work out: the first 4 octets of its SHA-256', () => {
  assert.equal(pulseKeyIdOf(new Uint8Array(32)), '66687aad');
});

const wait: PulseKeyMove = { type: 'wait', delayMs: Number.POSITIVE_INFINITY };
const spreading = { current: base64(a), next: base64(b) };

describe('the next move', () => {
  const rows: readonly {
    readonly name: string;
    readonly secret: Secret | undefined;
    readonly speakers?: readonly SpeakerKeys[];
    readonly move: PulseKeyMove;
  }[] = [
    { name: 'without a Secret: create it', secret: undefined, move: { type: 'create' } },
    { name: 'with a key and no request: nothing', secret: secretOf({}), move: wait },
    {
      name: 'on a request: begin',
      secret: secretOf({ annotations: { 'herald/rotate': 'friday' } }),
      move: { type: 'begin', request: 'friday' },
    },
    {
      name: 'on another request than the last: begin',
      secret: secretOf({ annotations: { 'herald/rotate': '2', 'herald/rotated': '1' } }),
      move: { type: 'begin', request: '2' },
    },
    {
      name: 'on a request that was carried out: nothing',
      secret: secretOf({ annotations: { 'herald/rotate': '2', 'herald/rotated': '2' } }),
      move: wait,
    },
    {
      name: 'a second request waits for the end of the first',
      secret: secretOf({ data: { current: base64(b), previous: base64(a) }, annotations: { 'herald/rotate': '2' } }),
      move: { type: 'wait', delayMs: 60_000 },
    },
    {
      name: 'as long as a speaker lacks the next key: wait',
      secret: secretOf({ data: spreading }),
      speakers: [holding(a, b), holding(a)],
      move: { type: 'wait', delayMs: 60_000 },
    },
    {
      name: 'once all speakers have it: promote',
      secret: secretOf({ data: spreading }),
      speakers: [holding(a, b), holding(b)],
      move: { type: 'promote', without: [] },
    },
    {
      name: 'a key of the wrong length is said to be none',
      secret: secretOf({ data: { current: 'YWJj' } }),
      move: { type: 'unreadable', why: 'data.current has 3 octets instead of 32' },
    },
    {
      name: 'what is no base64 is no key',
      secret: secretOf({ data: { current: base64(a), next: '%%%' } }),
      move: { type: 'unreadable', why: 'data.next has 0 octets instead of 32' },
    },
    {
      name: 'an empty Secret is said to be none',
      secret: secretOf({ data: {} }),
      move: { type: 'unreadable', why: 'data.current is missing' },
    },
  ];
  for (const { name, secret, speakers = [], move } of rows) {
    test(name, () => assert.deepEqual(stepPulseKey(initialPulseKey, { secret, speakers, nowMs: 5_000 }).move, move));
  }
});

describe('time', () => {
  test('a speaker that never reads the next key is waited for a minute, and then named', () => {
    const secret = secretOf({ data: spreading });
    const speakers = [holding(a)];
    const first = stepPulseKey(initialPulseKey, { secret, speakers, nowMs: 1_000 });
    const later = stepPulseKey(first.state, { secret, speakers, nowMs: 60_999 });
    assert.deepEqual(later.move, { type: 'wait', delayMs: 1 });
    const last = stepPulseKey(later.state, { secret, speakers, nowMs: 61_000 });
    assert.deepEqual(last.move, { type: 'promote', without: ['node-1'] });
  });

  test('the previous key is dropped after a minute', () => {
    const secret = secretOf({ data: { current: base64(b), previous: base64(a) } });
    const first = stepPulseKey(initialPulseKey, { secret, speakers: [], nowMs: 1_000 });
    assert.deepEqual(first.move, { type: 'wait', delayMs: 60_000 });
    assert.deepEqual(stepPulseKey(first.state, { secret, speakers: [], nowMs: 61_000 }).move, { type: 'retire' });
  });

  test('the minute begins anew with another key', () => {
    const one = secretOf({ data: { current: base64(b), previous: base64(a) } });
    const other = secretOf({ data: { current: base64(c), previous: base64(b) } });
    const first = stepPulseKey(initialPulseKey, { secret: one, speakers: [], nowMs: 1_000 });
    const second = stepPulseKey(first.state, { secret: other, speakers: [], nowMs: 31_000 });
    assert.deepEqual(second.move, { type: 'wait', delayMs: 60_000 });
  });
});

test('a rotation goes from one key to the other, and says which request it was for', () => {
  let json = applyPatch({}, { type: 'merge', body: pulseKeySecret('herald-system', a) });
  json = applyPatch(json, { type: 'merge', body: { metadata: { annotations: { 'herald/rotate': 'now' } } } });
  let state = initialPulseKey;
  let nowMs = 0;
  const seen: string[] = [];
  for (const speakers of [[], [holding(a)], [holding(a, b)], [holding(a, b)], [holding(b)], [holding(b)]]) {
    const secret = secretResource.parse(json);
    const next = stepPulseKey(state, { secret, speakers, nowMs });
    state = next.state;
    seen.push(next.move.type);
    if (next.move.type === 'begin' || next.move.type === 'promote' || next.move.type === 'retire') {
      json = applyPatch(json, { type: 'merge', body: pulseKeyPatch(next.move, secret, () => b) });
    } else nowMs += next.move.type === 'wait' && next.move.delayMs === 60_000 ? 10_000 : 0;
    if (seen.length === 4) nowMs += 60_000;
  }
  assert.deepEqual(seen, ['begin', 'wait', 'promote', 'wait', 'retire', 'wait']);
  const { data, meta } = secretResource.parse(json);
  assert.deepEqual(data, { current: base64(b) });
  assert.deepEqual(meta.annotations, { 'herald/rotate': 'now', 'herald/rotated': 'now' });
});

test('every change is guarded by the version that it was decided on', () => {
  for (const move of [{ type: 'begin', request: 'x' }, { type: 'promote', without: [] }, { type: 'retire' }] as const) {
    const { metadata } = pulseKeyPatch(move, secretOf({ data: spreading }), () => c);
    assert.equal(Object(metadata).resourceVersion, '7');
  }
});
