import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { leaseResource } from '../shared/api/lease.ts';
import { pulseKeyIdOf } from '../shared/api/pulse-keys.ts';
import { secretResource } from '../shared/api/secret.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { informerTask } from '../shared/kube/informer-task.ts';
import { supervise } from '../shared/runtime/supervisor.ts';
import { FakeApiClient } from '../test/support/fake-api-client.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { MemoryLog } from '../test/support/memory-log.ts';
import { RecordedEvents } from '../test/support/recorded-events.ts';
import { pulseKeyTasks } from './pulse-key-task.ts';

const namespace = 'herald-system';
const name = { namespace, name: 'herald-pulse-key' };

let clock: FakeClock;
let api: FakeApiClient;
let events: RecordedEvents;
let log: MemoryLog;
let stop: AbortController;
let ended: Promise<void>;
/** Keys that were drawn: of 32 octets 1, then of 32 octets 2, … */
let drawn: number;

beforeEach(() => {
  clock = new FakeClock();
  api = new FakeApiClient(clock);
  events = new RecordedEvents();
  log = new MemoryLog();
  stop = new AbortController();
  drawn = 0;
  ended = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await clock.advance(0);
  await ended;
});

async function start(): Promise<void> {
  const shared = { client: api, clock, log, random: () => 0, namespace };
  const leases = informerTask({ ...shared, type: leaseResource });
  const randomOctets = (count: number): Uint8Array => {
    drawn += 1;
    return new Uint8Array(count).fill(drawn);
  };
  const tasks = [leases, ...pulseKeyTasks({ ...shared, events, speakerLeases: leases.cache, randomOctets })];
  ended = supervise(tasks, { signal: stop.signal, clock, log });
  await clock.advance(0);
}

function key(octet: number): string {
  return Buffer.alloc(32, octet).toString('base64');
}

function stored(): Readonly<Record<string, string>> {
  return secretResource.parse(api.stored(secretResource, name)).data;
}

function annotate(annotations: Readonly<Record<string, string>>): void {
  const json = api.stored(secretResource, name) ?? {};
  api.put(secretResource, { ...json, metadata: { ...name, annotations } });
}

function lease(node: string, octets: readonly number[]): void {
  const ids = octets.map((octet) => pulseKeyIdOf(new Uint8Array(32).fill(octet)));
  const metadata = { namespace, name: `speaker-${node}`, annotations: { 'herald/keys': ids.join(',') } };
  api.put(leaseResource, { metadata, spec: { holderIdentity: node, leaseDurationSeconds: 15 } });
}

test('creates the Secret where there is none, once', async () => {
  await start();
  await clock.advance(1_000);
  assert.deepEqual(stored(), { current: key(1) });
  assert.equal(drawn, 1);
  assert.deepEqual(
    log.events.filter((event) => event.startsWith('pulse')),
    ['pulse-key-created'],
  );
});

test('leaves a Secret as it is', async () => {
  api.put(secretResource, { metadata: name, data: { current: key(9) } });
  await start();
  await clock.advance(120_000);
  assert.deepEqual(stored(), { current: key(9) });
  assert.equal(drawn, 0);
});

test('a Secret that somebody else creates at the same moment is kept', async () => {
  api.fail('create', new ApiError('AlreadyExists', 'it exists', { status: 409 }), { plural: 'secrets' });
  await start();
  api.put(secretResource, { metadata: name, data: { current: key(9) } });
  await clock.advance(10_000);
  assert.deepEqual(stored(), { current: key(9) });
});

test('tries again where the API server fails, and creates one Secret where only the answer was lost', async () => {
  const away = new ApiError('Unreachable', 'away', {});
  api.fail('create', away, { plural: 'secrets', times: 3 });
  api.fail('create', away, { plural: 'secrets', afterwards: true });
  await start();
  await clock.advance(10_000);
  assert.deepEqual(stored(), { current: key(4) });
  assert.equal(api.all(secretResource).length, 1);
});

test('creates it anew after somebody deleted it', async () => {
  await start();
  api.remove(secretResource, name);
  await clock.advance(1_000);
  assert.deepEqual(stored(), { current: key(2) });
});

test('rotates on request: the next key comes into use when every speaker holds it, and the old one goes a minute later', async () => {
  await start();
  lease('node-a', [1]);
  lease('node-b', [1]);
  annotate({ 'herald/rotate': 'first' });
  await clock.advance(100);
  assert.deepEqual(stored(), { current: key(1), next: key(2) });
  lease('node-a', [1, 2]);
  await clock.advance(10_000);
  assert.deepEqual(stored(), { current: key(1), next: key(2) });
  lease('node-b', [1, 2]);
  await clock.advance(100);
  assert.deepEqual(stored(), { current: key(2), previous: key(1) });
  await clock.advance(59_000);
  assert.deepEqual(stored(), { current: key(2), previous: key(1) });
  await clock.advance(1_000);
  assert.deepEqual(stored(), { current: key(2) });
  await clock.advance(600_000);
  assert.equal(drawn, 2);
  assert.deepEqual(events.take(), ['Normal PulseKeyRotated herald-system/herald-pulse-key: a new key is in use']);
});

test('a speaker whose Lease was released is not waited for', async () => {
  await start();
  lease('node-a', [1]);
  annotate({ 'herald/rotate': 'first' });
  await clock.advance(100);
  assert.deepEqual(stored(), { current: key(1), next: key(2) });
  api.put(leaseResource, { metadata: { namespace, name: 'speaker-node-a' }, spec: { holderIdentity: '' } });
  await clock.advance(100);
  assert.deepEqual(stored(), { current: key(2), previous: key(1) });
});

test('a speaker that does not read the key for a minute is named', async () => {
  await start();
  lease('node-a', [1]);
  annotate({ 'herald/rotate': 'first' });
  await clock.advance(60_200);
  assert.deepEqual(stored(), { current: key(2), previous: key(1) });
  assert.deepEqual(events.take(), [
    'Warning PulseKeyRotated herald-system/herald-pulse-key: a new key is in use, which the speakers of these nodes had not read within a minute: node-a',
  ]);
});

test('another leader goes on with a rotation', async () => {
  const annotations = { 'herald/rotate': 'x', 'herald/rotating': 'x' };
  api.put(secretResource, { metadata: { ...name, annotations }, data: { current: key(8), next: key(9) } });
  await start();
  await clock.advance(61_000);
  assert.deepEqual(stored(), { current: key(9) });
  assert.equal(drawn, 0);
});

test('a leader that does not know the speakers yet waits with the next key until it does', async () => {
  const annotations = { 'herald/rotate': 'x', 'herald/rotating': 'x' };
  api.put(secretResource, { metadata: { ...name, annotations }, data: { current: key(8), next: key(9) } });
  lease('node-a', [8]);
  api.fail('list', new ApiError('Unreachable', 'away', {}), { plural: 'leases', times: 2 });
  await start();
  await clock.advance(10_000);
  assert.deepEqual(stored(), { current: key(8), next: key(9) });
  lease('node-a', [8, 9]);
  await clock.advance(100);
  assert.deepEqual(stored(), { current: key(9), previous: key(8) });
});

test('a Secret that can not be read is named once, and not replaced', async () => {
  api.put(secretResource, { metadata: { ...name, uid: 'u' }, data: { current: 'YWJj' } });
  await start();
  lease('node-a', []);
  await clock.advance(120_000);
  assert.deepEqual(stored(), { current: 'YWJj' });
  assert.deepEqual(events.take(), [
    'Warning PulseKeyUnreadable herald-system/herald-pulse-key: cannot use the key: data.current has 3 octets instead of 32; delete the Secret, and a new one is created',
  ]);
  api.remove(secretResource, name);
  await clock.advance(1_000);
  assert.deepEqual(stored(), { current: key(1) });
});

test('renewals of Leases cause no look', async () => {
  await start();
  lease('node-a', [1]);
  api.fail('create', new ApiError('ServerError', 'no', { status: 500 }), { plural: 'secrets', times: 1_000 });
  api.remove(secretResource, name);
  await clock.advance(20_000);
  const before = api.calls.length;
  for (let round = 0; round < 50; round += 1) lease('node-a', [1]);
  await clock.advance(0);
  assert.equal(api.calls.length, before);
});
