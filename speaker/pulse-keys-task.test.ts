import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { secretResource } from '../shared/api/secret.ts';
import { supervise } from '../shared/runtime/supervisor.ts';
import { FakeApiClient } from '../test/support/fake-api-client.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { MemoryLog } from '../test/support/memory-log.ts';
import { pulseKeysTasks } from './pulse-keys-task.ts';

const namespace = 'herald-system';
const name = { namespace, name: 'herald-pulse-key' };

let clock: FakeClock;
let api: FakeApiClient;
let log: MemoryLog;
let stop: AbortController;
let ended: Promise<void>;
let told: string[];

beforeEach(async () => {
  clock = new FakeClock();
  api = new FakeApiClient(clock);
  log = new MemoryLog();
  stop = new AbortController();
  told = [];
  const onKeys: Parameters<typeof pulseKeysTasks>[0]['onKeys'] = ({ send, accept }, ids) => {
    told.push(`${send?.[0]} of ${accept.map((key) => key[0]).join(' ')}, ${ids.length} ids`);
  };
  const tasks = pulseKeysTasks({ client: api, clock, log, random: () => 0, namespace, onKeys });
  ended = supervise(tasks, { signal: stop.signal, clock, log });
  await clock.advance(0);
});
afterEach(async () => {
  stop.abort();
  await clock.advance(0);
  await ended;
});

function key(octet: number): string {
  return Buffer.alloc(32, octet).toString('base64');
}

async function put(data: Readonly<Record<string, string>>): Promise<void> {
  api.put(secretResource, { metadata: name, data });
  await clock.advance(0);
}

test('tells the keys of the Secret, once each time that they change', async () => {
  assert.deepEqual(told, []);
  await put({ current: key(1) });
  await put({ current: key(1) });
  await put({ current: key(1), next: key(2) });
  await clock.advance(5_000);
  await put({ current: key(2), previous: key(1) });
  assert.deepEqual(told, ['1 of 1, 1 ids', '1 of 1 2, 2 ids', '2 of 1 2, 2 ids']);
});

test('changes over by itself when the time has come', async () => {
  await put({ current: key(1) });
  await put({ current: key(2) });
  await clock.advance(4_999);
  assert.deepEqual(told, ['1 of 1, 1 ids', '1 of 1 2, 2 ids']);
  await clock.advance(1);
  assert.deepEqual(told.slice(2), ['2 of 1 2, 2 ids']);
  await clock.advance(5_000);
  assert.deepEqual(told.slice(3), ['2 of 2, 1 ids']);
});

test('keeps the last good keys when the Secret goes or can not be read, and says so', async () => {
  await put({ current: key(1) });
  await put({ current: 'YWJj' });
  api.remove(secretResource, name);
  await clock.advance(60_000);
  assert.deepEqual(told, ['1 of 1, 1 ids']);
  const complaints = log.lines
    .filter(({ event }) => event === 'pulse-key-not-usable')
    .map(({ fields }) => fields['why']);
  assert.deepEqual(complaints, ['there is none', 'data.current has 3 octets instead of 32', 'there is none']);
});

test('reads no other Secret', async () => {
  api.put(secretResource, { metadata: { namespace, name: 'other' }, data: { current: key(7) } });
  await clock.advance(0);
  assert.deepEqual(told, []);
});

test('ends with its timer', async () => {
  await put({ current: key(1) });
  await put({ current: key(2) });
  stop.abort();
  await ended;
  assert.equal(clock.pending, 0);
});
