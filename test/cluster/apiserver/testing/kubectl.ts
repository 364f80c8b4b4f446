import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningApiServer, startApiServer } from '../server.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real kubectl, with a home of its own, against a server of its own. */
export class Kubectl {
  readonly server: RunningApiServer;
  readonly #folder: string;

  constructor(server: RunningApiServer, folder: string) {
    this.server = server;
    this.#folder = folder;
  }

  /** Runs kubectl to its end, whatever comes of it. */
  try(args: readonly string[], options: { input?: string; editor?: string } = {}): Promise<Outcome> {
    const env = this.#env(options.editor ?? '');
    return new Promise((resolve) => {
      const child = execFile(
        'kubectl',
        ['--server', this.server.url, ...args],
        { env, timeout: 60_000 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          resolve({ code, stdout, stderr });
        },
      );
      child.stdin?.end(options.input ?? '');
    });
  }

  /** What kubectl printed; throws with its message where it failed. */
  async run(line: string, options: { input?: string; editor?: string } = {}): Promise<string> {
    const outcome = await this.try(line.split(' '), options);
    if (outcome.code !== 0) throw new Error(`kubectl ${line}: exit code ${outcome.code}\n${outcome.stderr}`);
    return outcome.stdout;
  }

  /** What kubectl printed on stderr; throws where it did not fail. */
  async refused(line: string, options: { input?: string } = {}): Promise<string> {
    const outcome = await this.try(line.split(' '), options);
    if (outcome.code === 0) throw new Error(`kubectl ${line} did not fail\n${outcome.stdout}`);
    return outcome.stderr;
  }

  /** Starts a kubectl that goes on; `printed` waits for that many lines. */
  follow(line: string): { printed: (lines: number) => Promise<readonly string[]>; stop: () => void } {
    const child = spawn('kubectl', ['--server', this.server.url, ...line.split(' ')], {
      env: this.#env(''),
      timeout: 30_000,
    });
    let text = '';
    let wake: () => void = () => undefined;
    let ended = false;
    child.on('close', () => {
      ended = true;
      wake();
    });
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      wake();
    });
    const printed = async (lines: number): Promise<readonly string[]> => {
      while (text.split('\n').length <= lines) {
        if (ended) throw new Error(`kubectl ${line} ended after\n${text}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return text.trimEnd().split('\n');
    };
    return { printed, stop: () => child.kill() };
  }

  #env(editor: string): NodeJS.ProcessEnv {
    const { PATH } = process.env;
    return { PATH, HOME: this.#folder, TMPDIR: this.#folder, KUBECONFIG: '/dev/null', EDITOR: editor };
  }

  /** An $EDITOR that makes one replacement. */
  editor(from: string, to: string): string {
    const path = join(this.#folder, 'edit.sh');
    writeFileSync(path, `#!/bin/sh\nsed -i 's/${from}/${to}/' "$1"\n`, { mode: 0o755 });
    return path;
  }

  /** A file for `-f`. */
  file(name: string, content: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, content);
    return path;
  }
}

/** Runs a test with kubectl and a server, which end with it. */
export function withKubectl(body: (kubectl: Kubectl) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'herald-kubectl-'));
    const server = await startApiServer();
    try {
      await body(new Kubectl(server, folder));
    } finally {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** Why the tests with kubectl cannot run here; undefined where they can. */
export function kubectlMissing(): string | undefined {
  const found = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' });
  return found.status === 0 ? undefined : 'kubectl is not on the PATH';
}
