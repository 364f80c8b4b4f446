import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { StrictArpFault, StrictArpPolicy } from '../../shared/api/strict-arp.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { eth0 } from '../../test/support/links.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import type { Link } from '../datapath/table.ts';
import type { ArpSettings, SysctlWrite } from './judgement.ts';
import { type StrictArpTask, strictArpTask } from './strict-arp-task.ts';

const vip = '192.168.10.90';
const lan: Link = { ...eth0, addresses: ['192.168.10.11'] };
const ipvs: Link = { ...lan, index: 9, name: 'kube-ipvs0', addresses: [vip] };

let clock: FakeClock;
let log: MemoryLog;
let kernel: Map<string, ArpSettings>;
let mode: string;
let asked: number;
let readOnly: boolean;
let faults: (StrictArpFault | undefined)[];
let metrics: string[];
let stop: AbortController;
let ended: Promise<unknown>;

beforeEach(() => {
  clock = new FakeClock();
  log = new MemoryLog();
  const off = { arp_ignore: 0, arp_announce: 0 };
  kernel = new Map(Object.entries({ all: off, eth0: off }));
  mode = 'ipvs';
  asked = 0;
  readOnly = false;
  faults = [];
  metrics = [];
  stop = new AbortController();
  ended = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await ended;
});

async function start(policy: StrictArpPolicy): Promise<StrictArpTask> {
  const write = ({ folder, sysctl, value }: SysctlWrite): void => {
    if (readOnly) throw new Error('EROFS: read-only file system');
    const before = kernel.get(folder);
    if (before !== undefined) kernel.set(folder, { ...before, [sysctl]: value });
  };
  const task = strictArpTask({
    self: 'node-a',
    policy,
    clock,
    log,
    sysctls: { read: (folder) => kernel.get(folder), write },
    askProxyMode: () => {
      asked += 1;
      return Promise.resolve(mode);
    },
    interfacesOf: (links) => links.map(({ name }) => name).filter((name) => name.startsWith('eth')),
    metrics: { strictArp: (node, ok) => metrics.push(`${node} ${ok}`) },
    onFault: (fault) => faults.push(fault),
  });
  ended = task.run(stop.signal);
  await clock.advance(0);
  return task;
}

test('where there is no kube-ipvs0 nothing is asked and nothing is said', async () => {
  const task = await start('warn');
  task.setVips(new Set([vip]));
  task.setLinks([lan]);
  await clock.advance(90_000);
  assert.deepEqual([faults, log.events, asked, metrics.at(-1)], [[], [], 0, 'node-a true']);
});

test('a VIP on kube-ipvs0 without strict ARP is a fault at once, told once, with the mode as soon as it is known', async () => {
  const task = await start('warn');
  task.setVips(new Set([vip]));
  task.setLinks([lan, ipvs]);
  assert.deepEqual(faults, [{ policy: 'warn', proxyMode: '' }]);
  await clock.advance(90_000);
  assert.deepEqual(faults.slice(1), [{ policy: 'warn', proxyMode: 'ipvs' }]);
  assert.deepEqual(log.events, ['strict-arp-required']);
  assert.deepEqual(log.lines[0]?.fields, {
    policy: 'warn',
    proxyMode: '',
    interfaces: ['eth0'],
    vips: [vip],
    count: 1,
    meaning:
      "this node's kernel answers ARP for addresses that other nodes announce; the Node's condition " +
      'herald/StrictARPRequired has the command that mends it',
  });
  assert.equal(metrics.at(-1), 'node-a false');
});

test('what was mended behind its back is noticed within 30 s', async () => {
  const task = await start('warn');
  task.setVips(new Set([vip]));
  task.setLinks([lan, ipvs]);
  await clock.advance(1_000);
  kernel.set('all', { arp_ignore: 1, arp_announce: 2 });
  await clock.advance(30_000);
  assert.equal(faults.at(-1), undefined);
  assert.deepEqual(log.events, ['strict-arp-required', 'strict-arp-right']);
  assert.equal(metrics.at(-1), 'node-a true');
});

test('an address that comes to kube-ipvs0, and one that goes, are noticed when the links change', async () => {
  const task = await start('warn');
  task.setVips(new Set([vip]));
  task.setLinks([lan, { ...ipvs, addresses: ['10.96.0.1'] }]);
  await clock.advance(0);
  assert.deepEqual(faults, []);
  task.setLinks([lan, ipvs]);
  task.setLinks([lan]);
  assert.deepEqual(faults, [{ policy: 'warn', proxyMode: 'ipvs' }, undefined]);
});

test('with refuse the node is out before it holds an address of ours', async () => {
  const task = await start('refuse');
  task.setLinks([lan, { ...ipvs, addresses: [] }]);
  assert.deepEqual(faults, [{ policy: 'refuse', proxyMode: '' }]);
});

test('with enforce the sysctls are set before anything is said, and again when somebody takes them back', async () => {
  const task = await start('enforce');
  task.setVips(new Set([vip]));
  task.setLinks([lan, ipvs]);
  assert.deepEqual(kernel.get('all'), { arp_ignore: 1, arp_announce: 2 });
  kernel.set('all', { arp_ignore: 0, arp_announce: 2 });
  await clock.advance(30_000);
  assert.deepEqual(kernel.get('all'), { arp_ignore: 1, arp_announce: 2 });
  assert.deepEqual([faults, log.events], [[], ['strict-arp-set', 'strict-arp-set']]);
  assert.deepEqual(log.lines[0]?.fields, { sysctls: ['all.arp_ignore=1', 'all.arp_announce=2'] });
});

test('with enforce and without the privilege it says so once, and the node is at fault', async () => {
  readOnly = true;
  const task = await start('enforce');
  task.setVips(new Set([vip]));
  task.setLinks([lan, ipvs]);
  await clock.advance(90_000);
  assert.deepEqual(log.events, ['strict-arp-not-set', 'strict-arp-required']);
  assert.deepEqual(faults.at(-1), { policy: 'enforce', proxyMode: 'ipvs' });
  assert.match(String(log.lines[0]?.fields['meaning']), /lacks the privilege .* strictArp=enforce$/);
});

test('an interface that is gone before its settings are read is no fault', async () => {
  const task = await start('warn');
  kernel.delete('eth0');
  task.setVips(new Set([vip]));
  task.setLinks([lan, ipvs]);
  assert.deepEqual(faults, []);
});
