import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether there is a `kubectl` to be run on this machine. */
export function hasKubectl(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'kubectl')));
}

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl with the kubeconfig; what it exits with is part of the result. */
export function kubectl(kubeconfig: string, args: readonly string[], input = ''): Promise<KubectlResult> {
  return new Promise((resolve) => {
    const child = execFile('kubectl', ['--kubeconfig', kubeconfig, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
    // A kubectl that refuses its arguments reads nothing.
    child.stdin?.on('error', () => undefined).end(input);
  });
}
