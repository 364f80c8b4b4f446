/**
 * The first process of the sandbox's pid namespace: runs one Node program and ends with it. When the outside is gone,
 * by whatever signal, the channel to it closes and this ends too; the kernel then kills all other processes of the
 * namespace, and with the last of them go the network namespaces and the mounts.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Server } from 'node:net';
import type { InitMessage } from './init-message.ts';
import { relayConnections } from './relay.ts';

process.on('message', (message: InitMessage, handle: unknown) => {
  if (message.relayTo !== undefined && handle instanceof Server) relayConnections(handle, message.relayTo);
  process.on('disconnect', () => {
    for (const path of message.removeAtEnd) rmSync(path, { recursive: true, force: true });
  });
});
process.on('disconnect', () => setImmediate(() => process.exit(130)));

const program = spawn(process.execPath, process.argv.slice(2), {
  stdio: 'inherit',
  env: { ...process.env, HOME: '/run/herald/home', TMPDIR: '/run/herald/tmp' },
});
program.once('exit', (code) => process.exit(code ?? 1));
