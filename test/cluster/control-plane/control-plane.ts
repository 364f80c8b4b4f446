import type { ApiAccess } from '../api/access.ts';
import type { ManagedProcess } from '../process/managed-process.ts';
import { startEmbedded } from './embedded.ts';
import { startReal } from './real.ts';

export interface ControlPlaneOptions {
  /** The address that nodes reach it by. */
  readonly address: string;
  readonly port: number;
  /** For certificates, tokens and stored objects: what survives a restart of the processes. */
  readonly folder: string;
  /** Everyone who will ask: each gets a token. */
  readonly users: readonly string[];
}

/** An API server, embedded or real, for the cluster of the tests. */
export interface ControlPlane {
  readonly kind: 'embedded' | 'real';
  /** Its processes, in the order in which they start. The last one is the API server. */
  readonly processes: readonly ManagedProcess[];
  readonly apiServer: ManagedProcess;
  access(user: string): ApiAccess;
  /** Resolves once it answers `/readyz` with 200. */
  ready(): Promise<void>;
}

/** Starts the real `etcd` and `kube-apiserver` where KUBEBUILDER_ASSETS names their folder, else the embedded stand-in. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  return assets === undefined || assets === '' ? startEmbedded(options) : startReal(options, assets);
}
