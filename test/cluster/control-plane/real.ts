import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type JsonObject, readObject } from '../../../shared/api/json.ts';
import type { ApiAccess } from '../api/access.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import type { ControlPlane, ControlPlaneOptions } from './control-plane.ts';
import { apiServerReady } from './readiness.ts';

const etcdClientUrl = 'http://127.0.0.1:2379';
const etcdPeerUrl = 'http://127.0.0.1:2380';

/** The real thing, by its documented flags: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ */
export async function startReal(options: ControlPlaneOptions, assets: string): Promise<ControlPlane> {
  const { folder } = options;
  mkdirSync(join(folder, 'certs'), { recursive: true });
  const tokens = writeTokens(options);
  writeServiceAccountKey(folder);
  const etcd = new ManagedProcess({ name: 'etcd', netns: undefined, command: etcdCommand(assets, folder) });
  const apiServer = new ManagedProcess({
    name: 'kube-apiserver',
    netns: undefined,
    command: apiServerCommand(assets, options),
  });
  etcd.start();
  apiServer.start();
  const authority = await readWhenWritten(join(folder, 'certs', 'apiserver.crt'), apiServer);
  const access = (user: string): ApiAccess => {
    const token = tokens.get(user);
    if (token === undefined) throw new Error(`cannot give access to ${user}: not among the control plane's users`);
    const url = `https://${options.address}:${options.port}`;
    return { user, url, token, authority, serverName: 'kubernetes.default.svc' };
  };
  return {
    kind: 'real',
    processes: [etcd, apiServer],
    apiServer,
    access,
    restoreService: storeService,
    ready: () => apiServerReady(apiServer, access(options.users[0]?.name ?? '')),
  };
}

/** By etcd's JSON gateway (https://etcd.io/docs/latest/dev-guide/api_grpc_gateway/); what is stored has no version yet. */
async function storeService(service: JsonObject): Promise<void> {
  const { resourceVersion: _, ...metadata } = readObject(service, 'metadata');
  const key = `/registry/services/specs/${metadata['namespace']}/${metadata['name']}`;
  const value = JSON.stringify({ ...service, metadata });
  const body = JSON.stringify({ key: btoa(key), value: Buffer.from(value).toString('base64') });
  const { status } = await fetch(`${etcdClientUrl}/v3/kv/put`, { method: 'POST', body });
  if (status !== 200) throw new Error(`cannot store ${key}: etcd says ${status}`);
}

function etcdCommand(assets: string, folder: string): readonly string[] {
  return [
    join(assets, 'etcd'),
    '--name=default',
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${etcdClientUrl}`,
    `--advertise-client-urls=${etcdClientUrl}`,
    `--listen-peer-urls=${etcdPeerUrl}`,
    `--initial-advertise-peer-urls=${etcdPeerUrl}`,
    `--initial-cluster=default=${etcdPeerUrl}`,
    '--unsafe-no-fsync',
    '--log-level=error',
  ];
}

function apiServerCommand(assets: string, { address, port, folder }: ControlPlaneOptions): readonly string[] {
  const key = join(folder, 'service-account.pem');
  return [
    join(assets, 'kube-apiserver'),
    `--etcd-servers=${etcdClientUrl}`,
    // Without a certificate given, it signs one for itself and keeps it here.
    `--cert-dir=${join(folder, 'certs')}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${port}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112',
    // Pods here are made by hand, and no controller makes service accounts for them.
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
  ];
}

/** A static token file: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file */
function writeTokens({ folder, users }: ControlPlaneOptions): ReadonlyMap<string, string> {
  const tokens = new Map(users.map(({ name }) => [name, randomBytes(16).toString('hex')]));
  const lines = users.map(({ name, groups }) => `${tokens.get(name)},${name},${name},"${groups.join(',')}"`);
  writeFileSync(join(folder, 'tokens.csv'), `${lines.join('\n')}\n`, { mode: 0o600 });
  return tokens;
}

function writeServiceAccountKey(folder: string): void {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
  writeFileSync(join(folder, 'service-account.pem'), pem, { mode: 0o600 });
}

async function readWhenWritten(file: string, writer: ManagedProcess): Promise<string> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline && writer.running) {
    try {
      const text = readFileSync(file, 'utf8');
      if (text.trimEnd().endsWith('-----END CERTIFICATE-----')) return text;
    } catch {
      // Not written yet.
    }
    await delay(50);
  }
  throw new Error(`${writer.spec.name} wrote no certificate:\n${writer.lastLines(20).join('\n')}`);
}
