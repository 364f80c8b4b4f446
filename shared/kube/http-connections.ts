import { Agent as HttpAgent } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import { Socket } from 'node:net';
import type { TlsMaterial } from './credentials.ts';

/** Requests at once to the API server; what is above waits. */
const maxSockets = 64;

/** The connections made with one set of TLS material. */
export class HttpConnections {
  readonly tls: TlsMaterial;
  /** Connections that are used again: for requests. */
  readonly shared: HttpAgent;
  /** Each request opens one of its own: for watches, and for probes, which must not find a dead one. */
  readonly fresh: HttpAgent;

  constructor(protocol: string, tls: TlsMaterial) {
    this.tls = tls;
    const pooled = { keepAlive: true, maxSockets, maxFreeSockets: 8, scheduling: 'lifo' } as const;
    if (protocol === 'http:') {
      this.shared = toOneServer(new HttpAgent(pooled));
      this.fresh = toOneServer(new HttpAgent({ keepAlive: false }));
    } else {
      const options = tlsOptions(tls);
      this.shared = toOneServer(new HttpsAgent({ ...options, ...pooled }));
      this.fresh = toOneServer(new HttpsAgent({ ...options, keepAlive: false }));
    }
  }

  /** Closes what is not in use: after one connection was found dead, its neighbours most likely are too. */
  closeIdle(): void {
    for (const sockets of Object.values(this.shared.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }

  /** Lets what is under way end, and keeps nothing for later. */
  retire(): void {
    this.shared.maxFreeSockets = 0;
    this.closeIdle();
  }

  /** Closes all, requests under way included. */
  close(): void {
    this.shared.destroy();
    this.fresh.destroy();
  }
}

/**
 * An agent works out for each request whose connections fit, for which it reads all TLS material, and sets up a
 * connection's probes each time that it is put back. Here all connections go to one server, and keep what they were
 * given at their start.
 */
function toOneServer<A extends HttpAgent>(agent: A): A {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const connection = connect(options, callback);
    if (connection instanceof Socket) keepWatchOver(connection);
    return connection;
  };
  agent.getName = () => 'API server';
  agent.keepSocketAlive = (connection) => {
    // An idle connection keeps no process alive.
    if (connection instanceof Socket) connection.unref();
    return true;
  };
  return agent;
}

/**
 * Has the kernel find a vanished peer 25 s after the last byte: the first probe after 10 s, then one every 5 s, three
 * unanswered ones end the connection (tcp(7): TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT).
 */
function keepWatchOver(connection: Socket): void {
  connection.once('connect', () => connection.setKeepAlive(true, 10_000, 5_000, 3));
}

function tlsOptions({ ca, cert, key, servername, verify }: TlsMaterial): AgentOptions {
  return {
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
  };
}
