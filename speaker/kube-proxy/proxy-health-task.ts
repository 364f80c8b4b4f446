import { connect } from 'node:net';
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
const healthz = { host: '127.0.0.1', port: 10256 };
const healthzUrl = `http://${healthz.host}:${healthz.port}/healthz`;
const request = `GET /healthz HTTP/1.1\r\nHost: ${healthz.host}:${healthz.port}\r\nConnection: close\r\n\r\n`;
/** RFC 9112 §4. */
const healthy = /^HTTP\/1\.[01] 200 /;
const statusLength = 'HTTP/1.1 200 '.length;
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
          if (next.unhealthy) log.warn('kube-proxy-unhealthy', { url: healthzUrl });
          else log.info('kube-proxy-healthy', { url: healthzUrl });
          onChange(next.unhealthy);
        }
        state = next;
      } while (await delay(clock, probeIntervalMs, signal));
    },
  };
}

/**
 * One request over a connection of its own: one that is kept would hide a kube-proxy that takes no new ones. By hand,
 * since the status line is all that matters, and Node's HTTP client takes twice the time of an idle speaker for it.
 */
function probe(signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ ...healthz, signal });
    let answer = '';
    socket.setEncoding('latin1').setTimeout(probeTimeoutMs, () => socket.destroy(new Error('no answer in time')));
    socket.on('connect', () => socket.write(request));
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.length >= statusLength) socket.destroy();
    });
    socket.on('error', (error) => resolve(errorCode(error) === 'ECONNREFUSED' ? 'refused' : 'failing'));
    socket.on('close', () => resolve(healthy.test(answer) ? 'healthy' : 'failing'));
  });
}
