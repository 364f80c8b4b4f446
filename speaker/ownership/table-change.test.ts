import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Standing } from '../liveness/standing.ts';
import type { ChoiceView } from './choice.ts';
import { ClaimBook } from './claim-book.ts';
import { type GroupState, newGroupState } from './group-state.ts';
import { KnownNodes } from './known-nodes.ts';
import type { OwnedGroup } from './owned-group.ts';
import { changesNothing } from './table-change.ts';

const group: OwnedGroup = { key: '192.0.2.1', candidates: ['a', 'b', 'd'], able: true, holder: undefined };
const settled = { best: 'b', bestRank: 1, holder: 'b', wanted: 'b' };

function viewOf(standingOfB: Standing): ChoiceView {
  const nodes = new KnownNodes();
  nodes.set('b', { standing: standingOfB, byLease: false, silentMs: 0 }, 0);
  return { self: 'd', failback: 'never', nodes, book: new ClaimBook() };
}

interface Row {
  readonly name: string;
  readonly candidates: readonly string[];
  readonly nothing: boolean;
  readonly state?: Partial<GroupState>;
  readonly group?: Partial<OwnedGroup>;
  readonly standing?: Standing;
}

const behind = ['a', 'b', 'c', 'd'];
const rows: readonly Row[] = [
  { name: 'a candidate comes behind the holder', candidates: behind, nothing: true },
  { name: 'all go that rank behind the holder', candidates: ['a', 'b'], nothing: true },
  { name: 'the API server names the holder now', candidates: behind, group: { holder: 'b' }, nothing: true },
  { name: 'one comes in front', candidates: ['c', 'a', 'b', 'd'], nothing: false },
  { name: 'one comes just before the holder', candidates: ['a', 'c', 'b', 'd'], nothing: false },
  { name: 'the holder goes', candidates: ['a', 'd'], nothing: false },
  { name: 'one goes that ranks before the holder', candidates: ['b', 'd'], nothing: false },
  { name: 'this node can serve it no more', candidates: behind, group: { able: false }, nothing: false },
  { name: 'the API server names another holder', candidates: behind, group: { holder: 'c' }, nothing: false },
  { name: 'nobody holds it', candidates: behind, state: { holder: undefined }, nothing: false },
  { name: 'the holder is not the best', candidates: behind, state: { holder: 'd', wanted: 'd' }, nothing: false },
  { name: 'another one should hold it', candidates: behind, state: { wanted: 'd' }, nothing: false },
  { name: 'the holder is on probation', candidates: behind, standing: 'probation', nothing: false },
  { name: 'the holder is leaving', candidates: behind, standing: 'leaving', nothing: false },
  { name: 'one was passed over', candidates: behind, state: { passedOver: ['a'] }, nothing: false },
  { name: 'a preference moves it', candidates: behind, state: { preferredOver: 'b' }, nothing: false },
  { name: 'it was left to another one', candidates: behind, state: { deferredTo: 'e' }, nothing: false },
];

for (const { name, candidates, nothing, state, group: changed, standing = 'live' } of rows) {
  test(`${name}: it is ${nothing ? 'not ' : ''}decided about anew`, () => {
    const before = { ...newGroupState(group, 1, undefined), ...settled, ...state };
    assert.equal(changesNothing(before, { ...group, candidates, ...changed }, viewOf(standing)), nothing);
  });
}
