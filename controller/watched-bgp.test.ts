import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretResource } from '../shared/api/secret.ts';
import { supervise } from '../shared/runtime/supervisor.ts';
import { FakeApiClient } from '../test/support/fake-api-client.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { MemoryLog } from '../test/support/memory-log.ts';
import { watchedBgp } from './watched-bgp.ts';

test('of a Secret it is known whether it has a password, and nothing of the password, also where kubectl applied it', async () => {
  const clock = new FakeClock();
  const api = new FakeApiClient(clock);
  const log = new MemoryLog();
  const namespace = 'herald-system';
  const data = { password: 'aHVzaA==' };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data }) };
  api.put(secretResource, {
    metadata: { namespace, name: 'peer', annotations },
    type: 'kubernetes.io/basic-auth',
    data,
  });
  const watched = watchedBgp({ client: api, clock, log, random: () => 0, namespace });
  const stop = new AbortController();
  const ended = supervise(watched.tasks, { signal: stop.signal, clock, log });
  await clock.advance(0);
  const secrets = watched.resources()?.secrets ?? [];
  assert.deepEqual(
    secrets.map(({ meta, hasPassword }) => [meta.name, hasPassword]),
    [['peer', true]],
  );
  assert.doesNotMatch(JSON.stringify(secrets), /aHVzaA/);
  stop.abort();
  await clock.advance(0);
  await ended;
});
