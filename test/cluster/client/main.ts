/** The client on the LAN: does what it is asked over its channel. It knows nothing of the cluster but an address. */
import { createSocket } from 'node:dgram';
import { get } from 'node:http';
import { isIPv6 } from 'node:net';
import type { ClientAnswer, ClientRequest } from './request.ts';

function fetchPage(url: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve(body));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

function echo(request: Extract<ClientRequest, { type: 'udp' }>): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(request.address) ? 'udp6' : 'udp4');
    const timer = setTimeout(() => finish(() => reject(new Error('no answer in time'))), request.timeoutMs);
    const finish = (then: () => void): void => {
      clearTimeout(timer);
      socket.close();
      then();
    };
    socket.on('error', (error) => finish(() => reject(error)));
    // Connected: an answer from any other address than the one asked is not delivered.
    socket.connect(request.port, request.address, () => socket.send(request.text));
    socket.on('message', (data) => finish(() => resolve(data.toString())));
  });
}

async function answer(request: ClientRequest): Promise<ClientAnswer> {
  const start = performance.now();
  const took = (): number => Math.round((performance.now() - start) * 10) / 10;
  try {
    const body = request.type === 'fetch' ? await fetchPage(request.url, request.timeoutMs) : await echo(request);
    return { id: request.id, ok: true, body, tookMs: took() };
  } catch (error) {
    return { id: request.id, ok: false, error: error instanceof Error ? error.message : String(error), tookMs: took() };
  }
}

process.on('message', (request: ClientRequest) => {
  answer(request)
    .then((result) => process.send?.(result))
    .catch((error: unknown) => console.error(error));
});
console.log('client ready');
