import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiAccess } from '../api/access.ts';
import { KubeApi } from '../api/kube-api.ts';
import { faultPath } from '../apiserver/http/fault-endpoint.ts';
import { collectionOf } from '../apiserver/registry.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import type { ControlPlane, ControlPlaneOptions } from './control-plane.ts';
import { apiServerReady } from './readiness.ts';

/** The stand-in of `test/cluster/apiserver`, in a process of its own so that it can die and come back. */
export async function startEmbedded(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { address, port, folder } = options;
  const dataFolder = join(folder, 'objects');
  mkdirSync(dataFolder, { recursive: true });
  const tokensFile = join(folder, 'tokens.json');
  // kubectl sends no token where there is no TLS: who comes without one is the first user.
  const tokens = Object.fromEntries([
    ...options.users.slice(0, 1).map((user) => ['', user]),
    ...options.users.map((user) => [user.name, user]),
  ]);
  writeFileSync(tokensFile, JSON.stringify(tokens), { mode: 0o600 });
  const apiServer = new ManagedProcess({
    name: 'apiserver',
    netns: undefined,
    command: [
      process.execPath,
      join(import.meta.dirname, '..', 'apiserver', 'main.ts'),
      ...['--host', address, '--port', String(port), '--data-folder', dataFolder, '--tokens-file', tokensFile],
    ],
  });
  apiServer.start();
  const access = (user: string): ApiAccess => ({
    user,
    url: `http://${address}:${port}`,
    token: user,
    authority: undefined,
    serverName: undefined,
  });
  return {
    kind: 'embedded',
    processes: [apiServer],
    apiServer,
    access,
    restoreService: async (object) => {
      const admin = new KubeApi(access(options.users[0]?.name ?? ''));
      await admin.create(faultPath, {
        action: 'restore',
        collection: collectionOf({ group: '', plural: 'services' }),
        object,
      });
    },
    ready: () => apiServerReady(apiServer, access(options.users[0]?.name ?? '')),
  };
}
