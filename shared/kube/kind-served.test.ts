import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { widgetResource } from '../../test/support/widget.ts';
import { ApiError } from './api-error.ts';
import { kindServed } from './kind-served.ts';

const notFound = new ApiError('NotFound', 'the server could not find the requested resource', { status: 404 });

async function served(error?: Error, aborted = false): Promise<boolean> {
  const client = new FakeApiClient();
  if (error !== undefined) client.fail('list', error);
  const signal = aborted ? AbortSignal.abort() : new AbortController().signal;
  return kindServed(client, widgetResource, { namespace: 'default', signal });
}

test('a kind is served where it can be listed, also without any object', async () =>
  assert.equal(await served(), true));

test('it is not where the API server does not know it, or does not answer', async () => {
  assert.equal(await served(notFound), false);
  assert.equal(await served(new ApiError('Unreachable', 'connection refused', {})), false);
});

test('a stop in the middle is no answer, and no failure', async () => {
  assert.equal(await served(new Error('aborted'), true), false);
});

test('what is a fault of ours is not hushed', async () => {
  await assert.rejects(served(new Error('broken')), /broken/);
});
