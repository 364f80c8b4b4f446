import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { ApiError } from '../../shared/kube/api-error.ts';
import type { ApiEndpoint } from '../../shared/kube/credentials.ts';
import { HttpApiClient } from '../../shared/kube/http-api-client.ts';
import { FakeClock } from './fake-clock.ts';
import { type Script, scriptedServer } from './scripted-server.ts';

export const noTls = { ca: undefined, cert: undefined, key: undefined, servername: undefined, verify: true };

/** A client in virtual time, with a real connection to a scripted server. */
export async function connectToScript(t: TestContext, script: Script, endpoint: Partial<ApiEndpoint> = {}) {
  const server = await scriptedServer(script);
  const clock = new FakeClock();
  const client = new HttpApiClient({
    clock,
    userAgent: 'herald-test',
    endpoint: {
      server: server.url,
      namespace: undefined,
      credentials: async () => ({ headers: { Authorization: 'Bearer secret' }, tls: noTls }),
      reload: () => undefined,
      ...endpoint,
    },
  });
  t.after(async () => {
    client.close();
    await server.close();
  });
  return { server, clock, client };
}

export async function errorOf(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  throw new Error('it did not fail');
}
