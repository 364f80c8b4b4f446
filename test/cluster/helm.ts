import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const folders = [process.env['KUBEBUILDER_ASSETS'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)];

/** The Helm of this machine; undefined where there is none. */
export function findHelm(): string | undefined {
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'helm'))
    .find((file) => existsSync(file));
}

export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Helm, which keeps what it caches in the folder; what it exits with is part of the result. */
export function runHelm(helm: string, args: readonly string[], folder: string): Promise<HelmResult> {
  const env = {
    ...process.env,
    HOME: folder,
    HELM_CACHE_HOME: folder,
    HELM_CONFIG_HOME: folder,
    HELM_DATA_HOME: folder,
  };
  return new Promise((resolve) => {
    execFile(helm, [...args], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}
