import { get } from 'node:http';
import type { Clock } from '../../shared/runtime/clock.ts';
import { delay } from '../../shared/runtime/delay.ts';
import { errorCode } from '../../shared/runtime/error-text.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Task } from '../../shared/runtime/task.ts';
import { initialProxyHealth, type ProbeResult, stepProxyHealth } from './proxy-health.ts';

export interface ProxyHealthOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: (unhealthy: boolean) => void;
}

/** kube-proxy's `--healthz-bind-address`, as its own default has it. */
const healthzUrl = 'http://127.0.0.1:10256/healthz';
const probeIntervalMs = 1_000;
const probeTimeoutMs = 900;

/** Asks this node's kube-proxy every second whether it is well. */
export function proxyHealthTask({ clock, log, onChange }: ProxyHealthOptions): Task {
  return {
    name: 'kube-proxy-health',
    ready: Promise.resolve(),
    run: async (signal) => {
      let state = initialProxyHealth;
      do {
        const next = stepProxyHealth(state, await probe(signal), clock.now());
        if (next.unhealthy !== state.unhealthy) {
          log.warn(next.unhealthy ? 'kube-proxy-unhealthy' : 'kube-proxy-healthy', { url: healthzUrl });
          onChange(next.unhealthy);
        }
        state = next;
      } while (await delay(clock, probeIntervalMs, signal));
    },
  };
}

function probe(signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve) => {
    // No agent: a connection that is kept would hide a kube-proxy that takes no new ones.
    const request = get(healthzUrl, { agent: false, signal, timeout: probeTimeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? 'healthy' : 'failing');
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', (error) => resolve(errorCode(error) === 'ECONNREFUSED' ? 'refused' : 'failing'));
  });
}
