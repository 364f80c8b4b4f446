import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { checks } from '../cli/doctor/checks.ts';
import { ownCauses } from '../cli/explain/explain-report.ts';
import type { AddressReason, LossReason, PoolReason } from '../controller/allocator/decision.ts';
import type { RequestProblem } from '../controller/allocator/request.ts';
import type { SharingConflict } from '../controller/allocator/sharing.ts';
import { announceReasons, conditionTypes, eventReasons } from '../shared/api/reasons.ts';
import { repositoryRoot } from './support/source-tree.ts';

// The compiler knows whether one is missing here.
const poolReasons: Readonly<Record<PoolReason['reason'], true>> = {
  unknownPool: true,
  poolSetAside: true,
  notAutoAssigned: true,
  namespaceNotAllowed: true,
  serviceNotSelected: true,
  familyMissing: true,
  exhausted: true,
};
const addressReasons: Readonly<Record<AddressReason['reason'], true>> = {
  notInAnyPool: true,
  notInRequestedPool: true,
  poolRefuses: true,
  usedByOthers: true,
  addressInUse: true,
};
const lossReasons: Readonly<Record<LossReason, true>> = {
  notInAnyPool: true,
  poolRefuses: true,
  familyNotWanted: true,
  heldByAnother: true,
  usedByOthers: true,
  otherRequested: true,
  otherFamilyLost: true,
  serviceLeft: true,
};
const requestProblems: Readonly<Record<RequestProblem['reason'], true>> = {
  requestedTwice: true,
  unreadableAddress: true,
  twoOfOneFamily: true,
  familyNotServed: true,
  onlySomeFamilies: true,
  notEnoughClusterIPs: true,
};
const conflicts: Readonly<Record<SharingConflict['reason'], true>> = {
  sharingKeyDiffers: true,
  portTaken: true,
  backendsDiffer: true,
};

const allocator = [poolReasons, addressReasons, lossReasons, requestProblems, conflicts].flatMap(Object.keys);
const announced = [...Object.values(eventReasons), ...Object.values(conditionTypes), ...announceReasons];

function textOf(file: string): string {
  return readFileSync(path.join(repositoryRoot, file), 'utf8');
}

/** Rows of all tables: the first cell's literal, and how many cells there are that say something. */
function rowsOf(text: string): readonly { readonly literal: string; readonly cells: number }[] {
  return [...text.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)].map(([, literal = '', cells = '']) => ({
    literal,
    cells: cells.split(' | ').filter((cell) => cell.trim() !== '').length,
  }));
}

test('docs/troubleshooting.md explains every reason and every check, and no other', () => {
  const known = new Set([...announced, ...allocator, ...ownCauses, ...checks.map(({ name }) => name)]);
  assert.ok(known.size > 70, `${known.size} literals`);
  const explained = new Set(rowsOf(textOf('docs/troubleshooting.md')).map(({ literal }) => literal));
  assert.deepEqual([...explained].toSorted(), [...known].toSorted());
});

test('docs/troubleshooting.md has a meaning and a remedy for each', () => {
  const rows = rowsOf(textOf('docs/troubleshooting.md'));
  assert.deepEqual(
    rows.filter(({ cells }) => cells !== 2),
    [],
  );
});

/** What is told of other objects than Services, or of the installation. */
const elsewhere = ['ConfigInvalid', 'PulsesBlocked', 'PulseKeyRotated', 'PulseKeyUnreadable'];

test('each reason about addresses and announcements is brought about end to end', () => {
  const golden = textOf('test/e2e/golden/texts.md');
  const shown = new Set([...golden.matchAll(/^(`[^`\n]+` ?)+$/gm)].flatMap(([line]) => line.match(/[^` ]+/g) ?? []));
  const wanted = [...Object.values(eventReasons), ...announceReasons, ...allocator].filter(
    (each) => !elsewhere.includes(each),
  );
  assert.deepEqual(
    wanted.filter((each) => !shown.has(each)),
    [],
  );
});

test('each cause stands once in the golden texts', () => {
  const golden = textOf('test/e2e/golden/texts.md');
  const titles = [...golden.matchAll(/^### (.+)$/gm)].map(([, title]) => title);
  assert.ok(titles.length > 40, `${titles.length} causes`);
  assert.equal(new Set(titles).size, titles.length);
});
