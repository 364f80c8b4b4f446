import { execFile } from 'node:child_process';
import { heraldProgram } from '../programs.ts';
import type { KubectlResult } from './kubectl.ts';

/** Runs `kubectl herald` with the kubeconfig; what it exits with is part of the result. */
export function kubectlHerald(kubeconfig: string, args: readonly string[], input = ''): Promise<KubectlResult> {
  const [node, ...program] = heraldProgram('cli');
  return new Promise((resolve) => {
    const child = execFile(node, [...program, ...args, '--kubeconfig', kubeconfig], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
    child.stdin?.on('error', () => undefined).end(input);
  });
}
