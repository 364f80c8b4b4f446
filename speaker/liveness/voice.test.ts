import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Voice } from './voice.ts';

const x = { id: '2d711642b726b044', incarnation: '0a' };

function newVoice(): Voice {
  const voice = new Voice({ intervalMs: 100, multiplier: 3, wallMs: () => 1_700_000_000_000 });
  voice.setAudience(['a', 'b'], ['a'], 1_000);
  return voice;
}

/** "what to whom time" of all that is said until then. */
function said(voice: Voice, untilMs: number): readonly string[] {
  const lines: string[] = [];
  for (let nowMs = voice.nextDeadlineMs(); nowMs <= untilMs; nowMs = voice.nextDeadlineMs()) {
    voice.advance(nowMs);
    for (const { to, message } of voice.take()) lines.push(`${message.type} ${to.join(',')} ${nowMs}`);
  }
  return lines;
}

test('a pulse goes to the watchers at each interval', () => {
  assert.deepEqual(said(newVoice(), 1_250), ['pulse a 1000', 'pulse a 1100', 'pulse a 1200']);
});

test('a pulse says the timing, the claims and whether its sender leaves', () => {
  const voice = newVoice();
  voice.setClaimsVersion(7);
  voice.advance(1_000);
  voice.leave(1_050);
  voice.advance(1_100);
  const pulse = { type: 'pulse', intervalMs: 100, multiplier: 3, claimsVersion: 7, wallMs: 1_700_000_000_000 };
  assert.deepEqual(
    voice.take().map(({ message }) => message),
    [{ ...pulse, leaving: false }, { type: 'leave' }, { ...pulse, leaving: true }],
  );
});

test('other watchers change nothing in the rhythm, and after a stall no pulse is made up for', () => {
  const voice = newVoice();
  const lines = [...said(voice, 1_050)];
  voice.setAudience(['a', 'b'], ['b'], 1_050);
  lines.push(...said(voice, 1_150));
  voice.advance(1_720);
  voice.take();
  lines.push(`next ${voice.nextDeadlineMs()}`);
  assert.deepEqual(lines, ['pulse a 1000', 'pulse b 1100', 'next 1820']);
});

test('with nobody to hear it, it says nothing', () => {
  const voice = newVoice();
  voice.setAudience([], [], 1_000);
  voice.leave(1_000);
  assert.deepEqual(said(voice, 9_000), []);
});

test('a suspicion goes to all ten times, and then once more in three when somebody joins it', () => {
  const voice = newVoice();
  voice.setAudience(['a', 'b'], [], 1_000);
  voice.suspect(x, 1_000);
  voice.suspectAgain(x, 1_050);
  const first = said(voice, 5_000);
  assert.deepEqual([first.length, first[0], first[9]], [10, 'suspect a,b 1000', 'suspect a,b 1900']);
  voice.suspectAgain(x, 5_000);
  assert.deepEqual(said(voice, 9_000), ['suspect a,b 5000', 'suspect a,b 5100', 'suspect a,b 5200']);
});

test('what is said of a member last replaces what was said before', () => {
  const voice = newVoice();
  voice.setAudience(['a'], [], 1_000);
  voice.suspect(x, 1_000);
  assert.deepEqual(said(voice, 1_099), ['suspect a 1000']);
  voice.alive(x, 1_099);
  assert.deepEqual(said(voice, 9_000), ['alive a 1099', 'alive a 1199', 'alive a 1299']);
  voice.suspect(x, 9_000);
  voice.drop(x.id);
  assert.deepEqual(said(voice, 19_000), []);
});
