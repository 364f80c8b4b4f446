import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupTable } from './group-table.ts';
import { KnownNodes } from './known-nodes.ts';

const key = '192.0.2.1';
const group = { key, candidates: ['a', 'b'], able: true, holder: undefined };

test('what changed is due, whatever changed it, until it is decided about', () => {
  const table = new GroupTable(new KnownNodes());
  assert.equal(table.nextDeadlineMs(), Number.POSITIVE_INFINITY);
  const state = table.add(group, 0, undefined);
  assert.equal(table.nextDeadlineMs() <= 0, true);
  assert.deepEqual(table.takeChanged(0), [state]);
  table.settle(state, 500);
  assert.equal(table.nextDeadlineMs(), 500);
  table.change([key]);
  assert.equal(table.nextDeadlineMs() <= 0, true);
  table.takeChanged(10);
  assert.equal(table.nextDeadlineMs(), 500);
});
