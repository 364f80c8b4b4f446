import { connect } from 'node:net';
import type { Exchange } from '../../shared/kube/request-connection.ts';
import { StaleConnectionError } from '../../shared/kube/request-connection.ts';
import { RequestPool } from '../../shared/kube/request-pool.ts';
import { fieldLines, requestText } from '../../shared/kube/request-text.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { errorCode } from '../../shared/runtime/error-text.ts';
import type { ProbeResult } from './proxy-health.ts';

const timeoutMs = 900;
/** One that was kept for ever would hide a kube-proxy that takes no new connections. */
const probesPerConnection = 10;
/** kube-proxy answers in one piece of some 200 octets; whoever else listens there may send anything. */
const mostPieces = 16;

export interface HealthzServer {
  readonly host: string;
  readonly port: number;
}

/** Asks a health check again and again, over a connection that is kept: a new one costs ten times as much. */
export class HealthzClient {
  readonly #clock: Clock;
  readonly #connections: RequestPool;
  readonly #text: string;
  #probes = 0;

  constructor(clock: Clock, { host, port }: HealthzServer) {
    this.#clock = clock;
    this.#connections = new RequestPool(() => connect({ host, port, noDelay: true }));
    this.#text = requestText({
      method: 'GET',
      target: '/healthz',
      fields: fieldLines({ host: `${host}:${port}` }),
      body: undefined,
      contentType: undefined,
    });
  }

  /** One question, which is answered in time or not. */
  async probe(): Promise<ProbeResult> {
    if (this.#probes % probesPerConnection === 0) this.#connections.closeIdle();
    this.#probes += 1;
    const result = await this.#ask();
    // The server may close a kept connection in the very moment we use it.
    return result === 'stale' ? this.#freshly() : result;
  }

  close(): void {
    this.#connections.close();
  }

  async #freshly(): Promise<ProbeResult> {
    this.#connections.closeIdle();
    const result = await this.#ask();
    return result === 'stale' ? 'failing' : result;
  }

  #ask(): Promise<ProbeResult | 'stale'> {
    const { promise, resolve } = Promise.withResolvers<ProbeResult | 'stale'>();
    let pieces = 0;
    const exchange: Exchange = {
      text: this.#text,
      onHeard: () => {
        pieces += 1;
        if (pieces > mostPieces) this.#connections.giveUp(exchange, new Error('its answer is too long'));
      },
      onAnswer: ({ status }) => resolve(status === 200 ? 'healthy' : 'failing'),
      onFailure: (error) => resolve(resultOf(error)),
    };
    const cancel = this.#clock.after(timeoutMs, () =>
      this.#connections.giveUp(exchange, new Error('no answer in time')),
    );
    this.#connections.send(exchange);
    return promise.finally(cancel);
  }
}

function resultOf(error: Error): ProbeResult | 'stale' {
  if (error instanceof StaleConnectionError) return 'stale';
  return errorCode(error) === 'ECONNREFUSED' ? 'refused' : 'failing';
}
