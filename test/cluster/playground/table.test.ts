import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printTable } from './table.ts';

test('a table is laid out as kubectl does', () => {
  const table = {
    columnDefinitions: [
      { name: 'Name', priority: 0 },
      { name: 'Type', priority: 0 },
      { name: 'External-IP', priority: 0 },
      { name: 'Age', priority: 0 },
      { name: 'Selector', priority: 1 },
    ],
    rows: [
      { cells: ['kubernetes', 'ClusterIP', null, '5s', '<none>'] },
      { cells: ['web', 'LoadBalancer', '192.168.10.90,2001:db8:10::90', '2s', 'app=web'] },
    ],
  };
  assert.equal(
    printTable(table),
    [
      'NAME         TYPE           EXTERNAL-IP                     AGE',
      'kubernetes   ClusterIP      <none>                          5s',
      'web          LoadBalancer   192.168.10.90,2001:db8:10::90   2s',
    ].join('\n'),
  );
});
