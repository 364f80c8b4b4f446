import type { Clock } from '../../shared/runtime/clock.ts';
import { nextBeat } from '../../shared/runtime/delay.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Task } from '../../shared/runtime/task.ts';
import { HealthzClient } from './healthz-client.ts';
import { initialProxyHealth, stepProxyHealth } from './proxy-health.ts';

export interface ProxyHealthOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: (unhealthy: boolean) => void;
}

/** kube-proxy's `--healthz-bind-address`, as its own default has it. */
const healthz = { host: '127.0.0.1', port: 10256 };
const healthzUrl = `http://${healthz.host}:${healthz.port}/healthz`;
/** Each question wakes this process twice. */
const whileWellMs = 2_000;
const whileFailingMs = 1_000;

/** Asks this node's kube-proxy every other second whether it is well, and every second while it is not. */
export function proxyHealthTask({ clock, log, onChange }: ProxyHealthOptions): Task {
  return {
    name: 'kube-proxy-health',
    ready: Promise.resolve(),
    run: async (signal) => {
      const client = new HealthzClient(clock, healthz);
      signal.addEventListener('abort', () => client.close(), { once: true });
      let state = initialProxyHealth;
      do {
        const next = stepProxyHealth(state, await client.probe(), clock.now());
        if (next.unhealthy !== state.unhealthy) {
          if (next.unhealthy) log.warn('kube-proxy-unhealthy', { url: healthzUrl });
          else log.info('kube-proxy-healthy', { url: healthzUrl });
          onChange(next.unhealthy);
        }
        state = next;
      } while (await nextBeat(clock, state.failingSinceMs === undefined ? whileWellMs : whileFailingMs, signal));
    },
  };
}
