import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { InitMessage } from './init-message.ts';
import { chooseUnshareMode, prepareScript, SandboxForbiddenError, searchPath } from './unshare.ts';

export interface SandboxOptions {
  /** A Node program that runs inside, as root of the namespaces. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Connections to 127.0.0.1:<relay port> outside come out at this address inside. */
  readonly relayTo?: { readonly host: string; readonly port: number };
  /** Removed by the sandbox when its parent is gone without having done so. */
  readonly removeAtEnd?: readonly string[];
}

/** A running sandbox: network, mount and pid namespaces that end, with all in them, when this process ends. */
export interface Sandbox {
  /** As seen outside: of the leader of its session. */
  readonly pid: number;
  /** 0 where no relay was asked for. */
  readonly relayPort: number;
  /** The program's exit code; 130 after `stop`. */
  readonly exited: Promise<number>;
  stop(): void;
}

/** Starts a program in namespaces of its own. Throws `SandboxForbiddenError` where the machine does not allow it. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  if (import.meta.filename.startsWith('/run/')) {
    throw new SandboxForbiddenError(`cannot run from ${import.meta.dirname}: the sandbox has a /run of its own`);
  }
  const mode = chooseUnshareMode();
  const relay = options.relayTo === undefined ? undefined : await listen();
  const relayPort = relay === undefined ? 0 : portOf(relay);
  const [program = '', ...command] = mode.command;
  const child = spawn(
    program,
    [
      ...command,
      ...['sh', '-c', prepareScript, 'sh', process.execPath, join(import.meta.dirname, 'init.ts')],
      ...[...(options.execArgv ?? []), options.program, ...(options.args ?? [])],
    ],
    {
      // A session of its own: Ctrl-C reaches only us, and we end the sandbox.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: {
        ...process.env,
        ...options.env,
        PATH: searchPath,
        HERALD_SANDBOX: mode.userNamespace ? 'user-namespace' : 'root',
        HERALD_RELAY_PORT: String(relayPort),
      },
    },
  );
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 130));
  });
  sendSetup(child, options, relay);
  return {
    pid: child.pid ?? 0,
    relayPort,
    exited,
    stop: () => {
      if (child.connected) child.disconnect();
    },
  };
}

function sendSetup(child: ChildProcess, options: SandboxOptions, relay: Server | undefined): void {
  const message: InitMessage = { removeAtEnd: options.removeAtEnd ?? [], relayTo: options.relayTo };
  // The listening socket stays in this network namespace, whoever accepts on it. Our copy is not needed any more.
  child.send(message, relay, (error) => {
    relay?.close();
    if (error !== null) child.kill('SIGKILL');
  });
}

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
