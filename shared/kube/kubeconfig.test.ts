import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { KubeconfigError, loadEndpoint } from './kubeconfig.ts';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'herald-kubeconfig-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

function kubeconfig({ server = 'https://10.0.0.1:6443', user = {}, cluster = {} }): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'one', cluster: { server, ...cluster } },
      { name: 'two', cluster: { server: 'https://[fd00::2]:6443' } },
    ],
    users: [{ name: 'me', user }],
    contexts: [
      { name: 'first', context: { cluster: 'one', user: 'me', namespace: 'shop' } },
      { name: 'second', context: { cluster: 'two', user: 'me' } },
    ],
    'current-context': 'first',
  });
}

async function load(t: TestContext, content: string, context?: string) {
  const file = join(await folder(t), 'config');
  await writeFile(file, content);
  return { file, endpoint: loadEndpoint({ kubeconfig: file, ...(context === undefined ? {} : { context }) }) };
}

describe('kubeconfig', () => {
  test('gives the server and the namespace of the current context, or of the one asked for', async (t) => {
    const { endpoint: first } = await load(t, kubeconfig({}));
    assert.equal(first.server.href, 'https://10.0.0.1:6443/');
    assert.equal(first.namespace, 'shop');
    const { endpoint: second } = await load(t, kubeconfig({}), 'second');
    assert.equal(second.server.href, 'https://[fd00::2]:6443/');
    assert.equal(second.namespace, undefined);
  });

  test('gives a token as a header', async (t) => {
    const { endpoint } = await load(t, kubeconfig({ user: { token: 'secret\n' } }));
    assert.deepEqual((await endpoint.credentials()).headers, { Authorization: 'Bearer secret' });
  });

  test('gives what an exec plugin prints', async (t) => {
    const credential = JSON.stringify({ kind: 'ExecCredential', status: { token: 'fresh' } });
    const exec = { command: process.execPath, args: ['-e', `console.log(${JSON.stringify(credential)})`] };
    const { endpoint } = await load(t, kubeconfig({ user: { exec } }));
    assert.deepEqual((await endpoint.credentials()).headers, { Authorization: 'Bearer fresh' });
  });

  test('fails with what an exec plugin complains about', async (t) => {
    const exec = { command: process.execPath, args: ['-e', 'console.error("not logged in"); process.exit(1)'] };
    const { endpoint } = await load(t, kubeconfig({ user: { exec } }));
    await assert.rejects(endpoint.credentials(), /not logged in/);
  });

  test('gives user name and password as a header', async (t) => {
    const { endpoint } = await load(t, kubeconfig({ user: { username: 'me', password: 'p' } }));
    assert.deepEqual((await endpoint.credentials()).headers, { Authorization: 'Basic bWU6cA==' });
  });

  test('gives certificates, from the file beside it as it is now, or from within', async (t) => {
    const path = await folder(t);
    const file = join(path, 'config');
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    const user = { 'client-certificate': 'tls.crt', 'client-key-data': encoded('KEY') };
    const cluster = { 'certificate-authority-data': encoded('CA'), 'tls-server-name': 'kubernetes' };
    await writeFile(file, kubeconfig({ user, cluster }));
    await writeFile(join(path, 'tls.crt'), 'CERT 1');
    const endpoint = loadEndpoint({ kubeconfig: file });
    assert.deepEqual((await endpoint.credentials()).tls, {
      ca: Buffer.from('CA'),
      cert: Buffer.from('CERT 1'),
      key: Buffer.from('KEY'),
      servername: 'kubernetes',
      verify: true,
    });
    await writeFile(join(path, 'tls.crt'), 'CERT 2');
    assert.deepEqual((await endpoint.credentials()).tls.cert, Buffer.from('CERT 2'));
  });

  test('verifies the server unless told not to', async (t) => {
    const { endpoint } = await load(t, kubeconfig({ cluster: { 'insecure-skip-tls-verify': true } }));
    assert.equal((await endpoint.credentials()).tls.verify, false);
  });

  test('takes a server without TLS', async (t) => {
    const { endpoint } = await load(t, kubeconfig({ server: 'http://127.0.0.1:8080' }));
    assert.deepEqual((await endpoint.credentials()).headers, {});
  });

  test('is read again after a 401', async (t) => {
    const { file, endpoint } = await load(t, kubeconfig({ user: { token: 'old' } }));
    await writeFile(file, kubeconfig({ user: { token: 'new' } }));
    assert.deepEqual((await endpoint.credentials()).headers, { Authorization: 'Bearer old' });
    endpoint.reload();
    assert.deepEqual((await endpoint.credentials()).headers, { Authorization: 'Bearer new' });
  });

  test('that is broken when it is read again fails the requests until it is mended', async (t) => {
    const { file, endpoint } = await load(t, kubeconfig({ user: { token: 'old' } }));
    await writeFile(file, '{');
    endpoint.reload();
    await assert.rejects(endpoint.credentials(), { code: 'KubeconfigInvalid' });
    await writeFile(file, kubeconfig({ user: { token: 'new' } }));
    assert.deepEqual((await endpoint.credentials()).headers, { Authorization: 'Bearer new' });
  });

  const wrong = [
    { name: 'is no YAML', content: '{', message: /^cannot load kubeconfig .*config: / },
    {
      name: 'names a server that is no URL',
      content: kubeconfig({ server: '10.0.0.1' }),
      message: /is no http or https URL/,
    },
    {
      name: 'wants a proxy',
      content: kubeconfig({ cluster: { 'proxy-url': 'http://p' } }),
      message: /proxy-url is not supported/,
    },
    {
      name: 'is something else',
      content: 'node-a',
      message: /^cannot load kubeconfig .*config: it has no current-context$/,
    },
    {
      name: 'has a context without its cluster',
      content: kubeconfig({}).replace('"cluster":"one"', '"cluster":"gone"'),
      message: /its context "first" names no cluster that it has/,
    },
    { name: 'lacks the context', content: kubeconfig({}), context: 'third', message: /there is no context "third"/ },
  ];
  for (const { name, content, context, message } of wrong) {
    test(`one that ${name} is refused with the reason`, async (t) => {
      await assert.rejects(load(t, content, context), (error) => {
        assert.ok(error instanceof KubeconfigError);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test('a file that does not exist is refused with its name', () => {
    assert.throws(
      () => loadEndpoint({ kubeconfig: '/nowhere/config' }),
      /^KubeconfigError: cannot load kubeconfig \/nowhere\/config: ENOENT/,
    );
  });
});
