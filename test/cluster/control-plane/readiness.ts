import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAccess } from '../api/access.ts';
import { KubeApi } from '../api/kube-api.ts';
import type { ManagedProcess } from '../process/managed-process.ts';

const patienceMs = 60_000;
const pauseMs = 50;

/** Resolves once the API server says that it is ready; throws with its last output when it ends or takes too long. */
export async function apiServerReady(apiServer: ManagedProcess, access: ApiAccess): Promise<void> {
  const api = new KubeApi(access);
  const deadline = performance.now() + patienceMs;
  let last = '';
  while (performance.now() < deadline && apiServer.running) {
    try {
      const { status, text } = await api.raw('/readyz', AbortSignal.timeout(2000));
      if (status === 200) return;
      last = `${status} ${text}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await delay(pauseMs);
  }
  throw new Error(`the API server is not ready: ${last}\n${apiServer.lastLines(20).join('\n')}`);
}
