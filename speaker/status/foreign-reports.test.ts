import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForeignReports } from './foreign-reports.ts';

const rows = [
  { name: 'nobody’s report', report: undefined, sinceMs: 5_000, atMs: 5_000, restMs: 0 },
  { name: 'this node’s own', report: { node: 'self', atMs: 6_000 }, sinceMs: 5_000, atMs: 6_000, restMs: 0 },
  { name: 'an older one', report: { node: 'b', atMs: 4_000 }, sinceMs: 5_000, atMs: 5_000, restMs: 0 },
  { name: 'a newer one', report: { node: 'b', atMs: 6_000 }, sinceMs: 5_000, atMs: 6_200, restMs: 800 },
  { name: 'a newer one after a second', report: { node: 'b', atMs: 6_000 }, sinceMs: 5_000, atMs: 7_000, restMs: 0 },
  {
    name: 'a newer one, with the clock set back',
    report: { node: 'b', atMs: 6_000 },
    sinceMs: 5_000,
    atMs: 10,
    restMs: 0,
  },
  { name: 'that of a node that is gone', report: { node: 'x', atMs: 6_000 }, sinceMs: 5_000, atMs: 6_000, restMs: 0 },
  { name: 'one that was deleted', report: { node: '', atMs: 6_000 }, sinceMs: 5_000, atMs: 6_000, restMs: 0 },
];
for (const { name, report, sinceMs, atMs, restMs } of rows) {
  test(`an owner leaves ${name} alone for ${restMs} ms`, () => {
    const reports = new ForeignReports('self');
    if (report !== undefined) reports.see('shop/web', report.node, report.atMs);
    assert.equal(reports.restMs('shop/web', { sinceMs, reporters: ['self', 'b'], wallMs: atMs }), restMs);
  });
}

test('further writes of the same node do not prolong it', () => {
  const reports = new ForeignReports('self');
  reports.see('shop/web', 'b', 6_000);
  reports.see('shop/web', 'b', 6_900);
  assert.equal(reports.restMs('shop/web', { sinceMs: 5_000, reporters: ['b'], wallMs: 7_000 }), 0);
});
