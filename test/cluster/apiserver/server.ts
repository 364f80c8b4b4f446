import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { systemClock } from '../../../shared/runtime/system-clock.ts';
import { Cluster } from './cluster.ts';
import { Faults } from './faults.ts';
import { AccessRules, type TokenUser } from './http/access-review.ts';
import { handleRequest } from './http/api-handler.ts';
import { Authorization } from './http/authorization.ts';
import { ReadHandlers } from './rest/read-handlers.ts';
import type { WatchStream } from './rest/watch-stream.ts';
import { WriteHandlers } from './rest/write-handlers.ts';
import { FolderJournal } from './store/folder-journal.ts';

export interface ApiServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Listens there too: a way in from other network namespaces. */
  readonly unixSocket?: string;
  /** Keeps the state there, so that a restart goes on with it; default: in memory only. */
  readonly dataFolder?: string;
  /** By bearer token; default: everybody may come in. */
  readonly tokens?: ReadonlyMap<string, TokenUser>;
  readonly clock?: Clock;
  /** Default 10.96.0.0/16 and fd00:10:96::/112; the first is the family of single-stack Services. */
  readonly serviceCidrs?: readonly string[];
  /** Default 10 s; the real server sends one about every minute. */
  readonly bookmarkIntervalMs?: number;
  /** How many changes are kept for watches to go on from; default 20,000. */
  readonly historyLimit?: number;
}

export interface RunningApiServer {
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  close(): Promise<void>;
}

/** Starts the stand-in for kube-apiserver; it serves when the promise is fulfilled. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<RunningApiServer> {
  const clock = options.clock ?? systemClock();
  const journal = options.dataFolder === undefined ? undefined : new FolderJournal(options.dataFolder);
  const cluster = new Cluster({
    nowMs: () => clock.wallMs(),
    newUid: randomUUID,
    journal,
    serviceCidrs: options.serviceCidrs ?? ['10.96.0.0/16', 'fd00:10:96::/112'],
    historyLimit: options.historyLimit ?? 20_000,
  });
  // Bounded by open connections.
  const streams = new Set<WatchStream>();
  const faults = new Faults(cluster.store, streams);
  const { store, registry } = cluster;
  const authorization = new Authorization(store);
  const parts = {
    registry,
    store,
    faults,
    nowMs: () => clock.wallMs(),
    access: new AccessRules(options.tokens),
    authorization,
    reads: new ReadHandlers({ store, clock, streams, bookmarkIntervalMs: options.bookmarkIntervalMs ?? 10_000 }),
    writes: new WriteHandlers({
      ...cluster,
      afterWrite: (definition) => {
        authorization.changed(definition);
        cluster.afterWrite(definition);
      },
    }),
  };
  const listeners = await listenAll(options, (request, response) => handleRequest(parts, request, response));
  const port = portOf(listeners[0]);
  return {
    url: urlOf(options.host ?? '127.0.0.1', port),
    port,
    faults,
    close: async () => {
      await Promise.all(listeners.map(closeServer));
      journal?.close();
      if (options.unixSocket !== undefined) rmSync(options.unixSocket, { force: true });
    },
  };
}

type Answer = (request: Parameters<typeof handleRequest>[1], response: ServerResponse) => Promise<void>;

async function listenAll(options: ApiServerOptions, answer: Answer): Promise<readonly Server[]> {
  const places = [{ host: options.host ?? '127.0.0.1', port: options.port ?? 0 }];
  const servers = await Promise.all(places.map((place) => listen(answer, place)));
  if (options.unixSocket === undefined) return servers;
  rmSync(options.unixSocket, { force: true });
  return [...servers, await listen(answer, { path: options.unixSocket })];
}

function listen(answer: Answer, place: { host: string; port: number } | { path: string }): Promise<Server> {
  // Watches last long and idle connections are the client's business: no timeouts of our own.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 90_000 }, (request, response) => {
    response.on('error', () => response.destroy());
    void answer(request, response);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () => {
      server.removeListener('error', reject);
      resolve(server);
    });
  });
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
