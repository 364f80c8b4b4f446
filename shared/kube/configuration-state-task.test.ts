import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { configurationStateResource } from '../api/configuration-state.ts';
import { readObject } from '../api/json.ts';
import type { ConfigState } from '../config/config-state.ts';
import type { Config, Finding } from '../config/model.ts';
import { ApiError } from './api-error.ts';
import { type ConfigurationStateTask, configurationStateTask } from './configuration-state-task.ts';

const name = { namespace: 'herald-system', name: 'speaker-node-a' };
const config: Config = { source: 'none', pools: new Map(), advertisements: [], setAside: new Set() };

function finding(severity: Finding['severity'], message: string): Finding {
  return { severity, object: { kind: 'IPAddressPool', namespace: 'herald-system', name: 'a' }, path: 'spec', message };
}
function read(...findings: readonly Finding[]): ConfigState {
  return { config, findings, stale: false };
}

let clock: FakeClock;
let api: FakeApiClient;
let log: MemoryLog;
let task: ConfigurationStateTask;
beforeEach(() => {
  clock = new FakeClock();
  api = new FakeApiClient(clock);
  log = new MemoryLog();
  task = configurationStateTask({
    ...{ client: api, clock, log, random: () => 0 },
    ...name,
    labels: { 'metallb.io/component-type': 'speaker' },
    owner: () => ({ apiVersion: 'v1', kind: 'Node', namespace: '', name: 'node-a', uid: 'uid-a' }),
  });
});

async function running(act: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const ended = task.run(stop.signal);
  await act();
  stop.abort();
  await ended;
}

/** `Invalid: a | b; herald/InForce True newest, herald/Notices False none`. */
function said(): string {
  const { result, errorSummary, conditions } = configurationStateResource.parse(
    api.stored(configurationStateResource, name),
  );
  const texts = conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`);
  return `${result}: ${errorSummary.replaceAll('\n', ' | ')}; ${texts.join(', ')}`;
}

describe('a ConfigurationState', () => {
  test('is made once the configuration was read, with its labels and its owner', async () => {
    await running(async () => {
      await clock.advance(5_000);
      assert.deepEqual(api.calls, []);
      task.publish(read());
      await clock.advance(1_000);
    });
    assert.equal(said(), 'Valid: ; herald/InForce True newest, herald/Notices False none');
    const { labels, ownerReferences } = readObject(api.stored(configurationStateResource, name) ?? {}, 'metadata');
    assert.deepEqual(labels, { 'metallb.io/component-type': 'speaker' });
    assert.deepEqual(ownerReferences, [{ apiVersion: 'v1', kind: 'Node', name: 'node-a', uid: 'uid-a' }]);
  });

  const verdicts: readonly [string, ConfigState, string][] = [
    [
      'an error',
      read(finding('error', 'a: bad')),
      'Invalid: a: bad; herald/InForce True newest, herald/Notices False none',
    ],
    [
      'a warning',
      read(finding('warning', 'a: idle'), finding('error', 'b: bad')),
      'Invalid: a: idle | b: bad; herald/InForce True newest, herald/Notices False none',
    ],
    [
      'a notice alone, which makes nothing Invalid',
      read(finding('notice', 'a: elsewhere')),
      'Valid: ; herald/InForce True newest, herald/Notices True some',
    ],
    [
      'a configuration that can not be used, where an earlier one is in force',
      { config, findings: [finding('error', 'a: bad')], stale: true },
      'Invalid: a: bad; herald/InForce False lastGood, herald/Notices False none',
    ],
    [
      'a configuration that can not be used, where there is no earlier one',
      { config: undefined, findings: [finding('error', 'a: bad')], stale: true },
      'Invalid: a: bad; herald/InForce False none, herald/Notices False none',
    ],
    [
      'a message of two lines, which takes one',
      read(finding('error', 'a: bad\nb')),
      'Invalid: a: bad b; herald/InForce True newest, herald/Notices False none',
    ],
  ];
  for (const [what, state, expected] of verdicts) {
    test(`says ${what}`, async () => {
      await running(async () => {
        task.publish(state);
        await clock.advance(1_000);
      });
      assert.equal(said(), expected);
    });
  }

  test('is written on change only', async () => {
    await running(async () => {
      for (let times = 0; times < 5; times += 1) {
        task.publish(read(finding('error', 'a: bad')));
        await clock.advance(2_000);
      }
    });
    const writes = api.calls.filter(({ method }) => method !== 'get').map(({ method }) => method);
    assert.deepEqual(writes, ['create', 'patch']);
  });

  test('is not written for what is mended within a second', async () => {
    await running(async () => {
      task.publish(read());
      await clock.advance(2_000);
      task.publish(read(finding('error', 'a: bad')));
      await clock.advance(900);
      task.publish(read());
      await clock.advance(5_000);
    });
    assert.equal(api.calls.filter(({ method }) => method === 'patch').length, 1);
  });

  test('names fifty findings, and counts the rest', async () => {
    await running(async () => {
      task.publish(read(...Array.from({ length: 53 }, (_, index) => finding('error', `pool ${index}`))));
      await clock.advance(1_000);
    });
    assert.match(said(), /^Invalid: pool 0 \| pool 1 .* pool 49 \| and 3 findings more; /);
  });

  test('that was deleted comes back within ten minutes', async () => {
    await running(async () => {
      task.publish(read());
      await clock.advance(2_000);
      api.remove(configurationStateResource, name);
      await clock.advance(600_000);
    });
    assert.match(said(), /^Valid/);
  });

  test('is tried again while the API server is away, and that is logged once', async () => {
    api.fail('any', new ApiError('Unreachable', 'away', {}), { times: 4 });
    await running(async () => {
      task.publish(read());
      await clock.advance(60_000);
    });
    assert.match(said(), /^Valid/);
    assert.equal(log.events.filter((event) => event === 'configuration-state-not-written').length, 1);
  });

  test('waits as long as the API server asks for', async () => {
    api.fail('get', new ApiError('TooManyRequests', 'slower', { retryAfterMs: 30_000 }), { times: 1 });
    await running(async () => {
      task.publish(read());
      await clock.advance(30_000);
      assert.equal(api.calls.length, 1);
      await clock.advance(2_000);
    });
    assert.match(said(), /^Valid/);
  });

  test('does not name an owner that is not known', async () => {
    task = configurationStateTask({
      ...{ client: api, clock, log, random: () => 0 },
      ...name,
      labels: {},
      owner: () => undefined,
    });
    await running(async () => {
      task.publish(read());
      await clock.advance(1_000);
    });
    const metadata = readObject(api.stored(configurationStateResource, name) ?? {}, 'metadata');
    assert.equal(metadata['ownerReferences'], undefined);
  });

  test('of many components is written over the time that they are given', async () => {
    task = configurationStateTask({
      ...{ client: api, clock, log, random: () => 0.5 },
      ...name,
      labels: {},
      spreadMs: 4_000,
    });
    await running(async () => {
      task.publish(read());
      await clock.advance(2_999);
      assert.deepEqual(api.calls, []);
      await clock.advance(1);
      assert.match(said(), /^Valid/);
    });
  });
});
