import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Claim, ConflictWatch } from './conflict.ts';

const stranger: Claim = { ip: '192.0.2.100', mac: '02:00:00:00:00:09', bySpeaker: false };
const speaker: Claim = { ip: '192.0.2.100', mac: '02:00:00:00:00:07', bySpeaker: true };

/** "what" for each claim, at these times. */
function judge(claims: readonly (readonly [Claim, number])[]): string[] {
  const watch = new ConflictWatch();
  return claims.map(([claim, atMs]) => {
    const { verdict, report, defend } = watch.judge(claim, atMs);
    return [verdict, ...(report ? ['report'] : []), ...(defend ? ['defend'] : [])].join(' ');
  });
}

const table: readonly {
  readonly name: string;
  readonly claims: readonly (readonly [Claim, number])[];
  readonly verdicts: readonly string[];
}[] = [
  {
    name: "a stranger's first claim is reported and answered",
    claims: [[stranger, 0]],
    verdicts: ['conflict report defend'],
  },
  {
    name: 'the defence is repeated after 10 s at the earliest, the report after a minute',
    claims: [
      [stranger, 0],
      [stranger, 9_999],
      [stranger, 10_000],
      [stranger, 19_999],
      [stranger, 59_999],
      [stranger, 60_000],
    ],
    verdicts: [
      'conflict report defend',
      'conflict',
      'conflict defend',
      'conflict',
      'conflict defend',
      'conflict report',
    ],
  },
  {
    name: 'each address is judged by itself',
    claims: [
      [stranger, 0],
      [{ ...stranger, ip: '192.0.2.101' }, 1],
    ],
    verdicts: ['conflict report defend', 'conflict report defend'],
  },
  {
    name: "another speaker's claims are a handover for 2 s, and then a conflict",
    claims: [
      [speaker, 0],
      [speaker, 1_999],
      [speaker, 2_000],
    ],
    verdicts: ['handover', 'handover', 'conflict report defend'],
  },
  {
    name: 'a later handover has its 2 s again',
    claims: [
      [speaker, 0],
      [speaker, 1_000],
      [speaker, 11_001],
      [speaker, 13_000],
    ],
    verdicts: ['handover', 'handover', 'handover', 'handover'],
  },
  {
    name: 'a speaker that never stops answering is a conflict for good',
    claims: [
      [speaker, 0],
      [speaker, 5_000],
      [speaker, 14_000],
      [speaker, 23_000],
    ],
    verdicts: ['handover', 'conflict report defend', 'conflict', 'conflict defend'],
  },
];

for (const { name, claims, verdicts } of table) test(name, () => assert.deepEqual(judge(claims), verdicts));

/** "what" for each claim of the other speaker; it gives the address up at these times. */
function judgeReleased(claimsMs: readonly number[], releasesMs: readonly number[]): string[] {
  const watch = new ConflictWatch();
  const releases = [...releasesMs];
  return claimsMs.map((atMs) => {
    while ((releases[0] ?? atMs) < atMs) watch.released(speaker.ip, releases.shift() ?? 0);
    return watch.judge(speaker, atMs).verdict;
  });
}

const releases: readonly {
  readonly name: string;
  readonly claimsMs: readonly number[];
  readonly releasesMs: readonly number[];
  readonly verdicts: readonly string[];
}[] = [
  {
    name: 'two handovers that follow each other closely are two where a speaker gave up in between',
    claimsMs: [0, 5_000, 6_999],
    releasesMs: [10],
    verdicts: ['handover', 'handover', 'handover'],
  },
  {
    name: 'so they are where what it sent before is seen after it gave up',
    claimsMs: [20, 5_000, 6_999],
    releasesMs: [10],
    verdicts: ['handover', 'handover', 'handover'],
  },
  {
    name: 'who goes on claiming what it gave up is a conflict',
    claimsMs: [20, 100, 300, 1_000, 2_000, 4_000],
    releasesMs: [10],
    verdicts: ['handover', 'handover', 'handover', 'handover', 'handover', 'conflict'],
  },
  {
    name: 'who takes it and does not give it up is a conflict, whatever was given up before',
    claimsMs: [20, 5_000, 7_000],
    releasesMs: [10],
    verdicts: ['handover', 'handover', 'conflict'],
  },
];

for (const { name, claimsMs, releasesMs, verdicts } of releases) {
  test(name, () => assert.deepEqual(judgeReleased(claimsMs, releasesMs), verdicts));
}

test('an address that was forgotten starts anew', () => {
  const watch = new ConflictWatch();
  watch.judge(stranger, 0);
  watch.forget(stranger.ip);
  assert.deepEqual(watch.judge(stranger, 1), { verdict: 'conflict', report: true, defend: true });
});
