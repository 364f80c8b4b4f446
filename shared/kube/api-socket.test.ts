import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { describe, type TestContext, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { errorOf, noTls } from '../../test/support/scripted-api.ts';
import { testCertificate, testCertificateKey } from '../../test/support/test-certificate.ts';
import { widgetJson, widgetResource } from '../../test/support/widget.ts';
import type { TlsMaterial } from './credentials.ts';
import { HttpApiClient } from './http-api-client.ts';

const one = { namespace: 'default', name: 'one' };
const certificate = Buffer.from(testCertificate);
const key = Buffer.from(testCertificateKey);
/** Many TLS records long. */
const color = 'r'.repeat(200_000);

interface Seen {
  readonly serverName: string | false;
  /** Of the client's certificate. */
  readonly subject: string | undefined;
}

/** A client with this material, and a TLS server that has the test's certificate. */
async function connect(t: TestContext, tls: Partial<TlsMaterial>, host = '127.0.0.1') {
  const seen: Seen[] = [];
  const options = { cert: certificate, key, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, ({ socket }, response) => {
    assert.ok(socket instanceof TLSSocket);
    // Without a certificate it is an empty object.
    const subject = socket.getPeerCertificate().subject?.CN;
    seen.push({ serverName: socket.servername ?? false, subject: typeof subject === 'string' ? subject : undefined });
    response.end(JSON.stringify(widgetJson('one', color)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = new HttpApiClient({
    clock: new FakeClock(),
    userAgent: 'herald-test',
    endpoint: {
      server: new URL(`https://${host}:${port}`),
      namespace: undefined,
      credentials: async () => ({ headers: {}, tls: { ...noTls, ...tls } }),
      reload: () => undefined,
    },
  });
  t.after(async () => {
    client.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { client, seen };
}

interface Row {
  readonly name: string;
  readonly host?: string;
  readonly tls: Partial<TlsMaterial>;
  readonly seen: Seen;
}

const accepted: readonly Row[] = [
  {
    name: 'the address where the kubeconfig names no other, and sends no server name then',
    tls: { ca: certificate },
    seen: { serverName: false, subject: undefined },
  },
  {
    name: 'the name that the kubeconfig gives, and sends it',
    tls: { ca: certificate, servername: 'api.test' },
    seen: { serverName: 'api.test', subject: undefined },
  },
  {
    name: 'nothing where the kubeconfig says so, but sends the name that it connects to',
    host: 'localhost',
    tls: { verify: false },
    seen: { serverName: 'localhost', subject: undefined },
  },
  {
    name: 'the address, and shows its own certificate',
    tls: { ca: certificate, cert: certificate, key },
    seen: { serverName: false, subject: 'herald-test' },
  },
];

const refused = [
  { name: 'an authority that is not known', tls: {}, message: /self-signed certificate/ },
  {
    name: 'another name',
    tls: { ca: certificate, servername: 'other.test' },
    message: /does not match certificate's altnames/,
  },
  {
    name: 'a client certificate that is none',
    tls: { ca: certificate, cert: Buffer.from('none'), key: Buffer.from('none') },
    message: /PEM/,
  },
];

describe('connections by TLS', () => {
  for (const { name, host, tls, seen: expected } of accepted) {
    test(`the client checks ${name}`, async (t) => {
      const { client, seen } = await connect(t, tls, host);
      assert.equal((await client.get(widgetResource, one))?.color, color);
      // A watch goes by a connection of its own, made in the same way.
      const watch = { namespace: '', resourceVersion: '5', timeoutSeconds: 300, signal: new AbortController().signal };
      const failed = await errorOf(client.watch(widgetResource, watch)[Symbol.asyncIterator]().next());
      assert.equal(failed.code, 'Unreachable');
      assert.deepEqual(seen, [expected, expected]);
    });
  }

  for (const { name, tls, message } of refused) {
    test(`${name} is refused, for requests and watches`, async (t) => {
      const { client, seen } = await connect(t, tls);
      const watch = { namespace: '', resourceVersion: '5', timeoutSeconds: 300, signal: new AbortController().signal };
      for (const attempt of [
        client.get(widgetResource, one),
        client.watch(widgetResource, watch)[Symbol.asyncIterator]().next(),
      ]) {
        const error = await errorOf(attempt);
        assert.equal(error.code, 'Unreachable');
        assert.match(error.message, message);
      }
      assert.deepEqual(seen, []);
    });
  }
});
