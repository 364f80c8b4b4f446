import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { deferred } from './deferred.ts';
import { checkHealth, type HealthChecks } from './health.ts';
import type { Log } from './log.ts';
import type { Task } from './task.ts';

export interface HealthServerOptions {
  readonly host: string;
  /** 0 takes a free one; `address` says which. */
  readonly port: number;
  /** `/healthz`: the process works. */
  readonly liveness: HealthChecks;
  /** `/readyz`: it serves. */
  readonly readiness: HealthChecks;
  readonly registry: Registry;
  readonly log: Log;
}

export interface HealthServerTask extends Task {
  /** Where it listens, once `ready`. */
  readonly address: { readonly host: string; readonly port: number };
}

/** Serves `/healthz`, `/readyz` and `/metrics` on one listener. Fails where it can't listen. */
export function healthServerTask(options: HealthServerOptions): HealthServerTask {
  const ready = deferred();
  let port = options.port;
  return {
    name: 'health-server',
    ready: ready.promise,
    get address() {
      return { host: options.host, port };
    },
    run: async (signal) => {
      const server = createServer((request, response) => {
        answer(request, response, options).catch((error: unknown) => {
          options.log.warn('health-request-failed', { error });
          response.destroy();
        });
      });
      // A scraper that stalls must not hold a socket for ever.
      server.requestTimeout = 10_000;
      server.keepAliveTimeout = 65_000;
      server.maxConnections = 100;
      await listen(server, options);
      port = portOf(server) ?? port;
      options.log.info('health-server-listening', { host: options.host, port });
      ready.resolve();
      await serveUntil(server, signal);
    },
  };
}

async function listen(server: Server, { host, port }: HealthServerOptions): Promise<void> {
  // Without a host Node serves both families, and IPv4 alone where the kernel has no IPv6; '::' would fail there.
  if (host === '::') server.listen(port);
  else server.listen(port, host);
  await once(server, 'listening');
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : undefined;
}

async function serveUntil(server: Server, signal: AbortSignal): Promise<void> {
  const failed = new Promise<never>((_, reject) => server.once('error', reject));
  const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort');
  try {
    await Promise.race([stopped, failed]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, options: HealthServerOptions): Promise<void> {
  request.resume();
  const path = (request.url ?? '').split('?', 1)[0];
  switch (path) {
    case '/healthz':
      return report(response, options.liveness);
    case '/readyz':
      return report(response, options.readiness);
    case '/metrics': {
      const text = await options.registry.metrics();
      response.writeHead(200, { 'content-type': options.registry.contentType });
      response.end(text);
      return;
    }
    default:
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('not found\n');
  }
}

function report(response: ServerResponse, checks: HealthChecks): void {
  const { healthy, text } = checkHealth(checks);
  response.writeHead(healthy ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
