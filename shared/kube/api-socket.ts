import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsMaterial } from './credentials.ts';

/**
 * Opens connections to one server; the TLS material is taken apart once, at the first.
 * @throws where it can not be used
 */
export function socketOpener(server: URL, tls: TlsMaterial): () => Socket {
  const connect = server.protocol === 'https:' ? tlsOpener(server, tls) : () => connectTcp(addressOf(server, 80));
  return () => {
    const socket = connect();
    socket.setNoDelay(true);
    keepWatchOver(socket);
    return socket;
  };
}

function tlsOpener(server: URL, tls: TlsMaterial): () => Socket {
  const address = addressOf(server, 443);
  const options = {
    ...address,
    // RFC 6066 §3: an address is no server name.
    servername: tls.servername ?? (isIP(address.host) === 0 ? address.host : ''),
    rejectUnauthorized: tls.verify,
    ALPNProtocols: ['http/1.1'],
  };
  let secureContext: ReturnType<typeof createSecureContext> | undefined;
  return () => {
    secureContext ??= createSecureContext(secureContextOptions(tls));
    return connectTls({ ...options, secureContext });
  };
}

function addressOf({ hostname, port }: URL, defaultPort: number): { readonly host: string; readonly port: number } {
  // URL keeps the brackets of an IPv6 literal, sockets want none.
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? defaultPort : Number(port) };
}

/**
 * Has the kernel find a vanished peer 25 s after the last byte: the first probe after 10 s, then one every 5 s, three
 * unanswered ones end the connection (tcp(7): TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT).
 */
function keepWatchOver(connection: Socket): void {
  connection.once('connect', () => connection.setKeepAlive(true, 10_000, 5_000, 3));
}

function secureContextOptions({ ca, cert, key }: TlsMaterial): SecureContextOptions {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
