import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryLog } from '../test/support/memory-log.ts';
import { InterfaceReports } from './interface-reports.ts';

const eth0 = { name: 'eth0', carrier: true, onlyIfNamed: false };
const eth1 = { name: 'eth1', carrier: true, onlyIfNamed: false };

test('interfaces are told when they change, and as a warning where nothing can be announced', () => {
  const log = new MemoryLog();
  const reports = new InterfaceReports(log);
  reports.see([eth0, eth1]);
  reports.see([{ ...eth0 }, { ...eth1 }]);
  reports.see([{ ...eth0, carrier: false }, eth1]);
  reports.see([{ ...eth0, carrier: false }]);
  reports.see([]);
  reports.see([eth0]);
  assert.deepEqual(
    log.lines.map(({ level, event, fields }) => [level, event, ...Object.values(fields)]),
    [
      ['info', 'interfaces', ['eth0', 'eth1'], []],
      ['info', 'interfaces', ['eth1'], ['eth0']],
      [
        ...['warn', 'interfaces', [], ['eth0']],
        'this node can announce nothing: no link has a carrier; look at the cable, the switch port or the bond',
      ],
      [
        ...['warn', 'interfaces', [], []],
        'this node can announce nothing: no interface is up, or all of them are excluded; compare with "ip link" on this node',
      ],
      ['info', 'interfaces', ['eth0'], []],
    ],
  );
});

test('a node without any interface says so from the beginning', () => {
  const log = new MemoryLog();
  new InterfaceReports(log).see([]);
  assert.equal(log.lines[0]?.level, 'warn');
});
