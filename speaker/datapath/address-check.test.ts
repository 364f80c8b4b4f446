import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AddressCheck, type CheckEvent, newAddressCheck, stepAddressCheck } from './address-check.ts';

/** Runs the events over a new check that begins at 1,000 ms; a line for each that did something. */
function run(...events: readonly CheckEvent[]): readonly string[] {
  let check: AddressCheck | undefined = newAddressCheck(1_000);
  const lines: string[] = [];
  for (const event of events) {
    if (check === undefined) break;
    const step = stepAddressCheck(check, event);
    check = step.check;
    if (step.action !== undefined) lines.push(`${event.nowMs} ${step.action}`);
  }
  lines.push(check === undefined ? 'forgotten' : check.type);
  return lines;
}

function time(nowMs: number): CheckEvent {
  return { type: 'time', nowMs };
}

function used(nowMs: number): CheckEvent {
  return { type: 'used', nowMs, forMs: 600_000 };
}

const everyTenMs = Array.from({ length: 200 }, (_, index) => time(1_000 + 10 * index));

describe('the check of an address before its first announcement', () => {
  test('three probes, and within a second it is free where nobody answers', () => {
    const expected = ['1000 probe', '1330 probe', '1660 probe', '1990 announce', 'free'];
    assert.deepEqual(run(...everyTenMs), expected);
  });

  test('probes that come late keep their distance', () => {
    const expected = ['1500 probe', '1900 probe', '2300 probe', '2700 announce', 'free'];
    assert.deepEqual(run(time(1_500), time(1_800), time(1_900), time(2_300), time(2_600), time(2_700)), expected);
  });

  test('an answer before the first probe counts, too', () => {
    assert.deepEqual(run(used(1_000)), ['1000 report', 'inUse']);
  });

  test('an answer after the last probe counts until the second is over', () => {
    const expected = ['1000 probe', '1330 probe', '1660 probe', '1989 report', 'inUse'];
    assert.deepEqual(run(time(1_000), time(1_330), time(1_660), used(1_989)), expected);
  });

  test('what is in use is reported once, and tried again when its time is over', () => {
    const expected = ['1000 probe', '1001 report', '601001 tryAgain', 'forgotten'];
    assert.deepEqual(run(time(1_000), used(1_001), used(5_000), time(601_000), time(601_001)), expected);
  });

  test('whoever comes once it is free does not get it', () => {
    const expected = ['1000 probe', '1330 probe', '1660 probe', '1990 announce', 'free'];
    assert.deepEqual(run(time(1_000), time(1_330), time(1_660), time(1_990), used(1_991), time(700_000)), expected);
  });
});
