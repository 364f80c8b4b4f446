/**
 * `npm run playground [-- --once]`: starts the sandbox, and inside of it `playground/inside.ts`. What stays outside is
 * a port on 127.0.0.1 that leads to the API server, and the kubeconfig for it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiServerPort } from './cluster.ts';
import { lan } from './network/topology.ts';
import { whenNpmIsGone } from './playground/npm-watch.ts';
import { type Sandbox, startSandbox } from './sandbox/sandbox.ts';
import { SandboxForbiddenError } from './sandbox/unshare.ts';

const args = process.argv.slice(2);
const unknown = args.filter((arg) => arg !== '--once');
if (unknown.length > 0) {
  console.error(`cannot understand ${unknown.join(' ')}: the only option is --once`);
  process.exit(2);
}

// The sandbox has a /run of its own, and the kubeconfig is written from inside of it.
const temporary = tmpdir().startsWith('/run') ? '/tmp' : tmpdir();
const folder = mkdtempSync(join(temporary, 'herald-playground-'));

try {
  const sandbox = await startSandbox({
    program: join(import.meta.dirname, 'playground', 'inside.ts'),
    args,
    env: { HERALD_KUBECONFIG: join(folder, 'kubeconfig') },
    relayTo: { host: lan.ipv4, port: apiServerPort },
    removeAtEnd: [folder],
  });
  process.exitCode = await untilEnd(sandbox);
} catch (error) {
  if (!(error instanceof SandboxForbiddenError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Resolves with the exit code once all is gone: 0 where it was asked to end. */
async function untilEnd(sandbox: Sandbox): Promise<number> {
  let asked = false;
  const stop = (): void => {
    asked = true;
    sandbox.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const stopWatching = whenNpmIsGone(stop);
  const code = await sandbox.exited;
  stopWatching();
  return asked && !args.includes('--once') ? 0 : code;
}
