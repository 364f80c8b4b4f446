import type { JsonObject } from '../../../shared/api/json.ts';
import type { ApiAccess } from '../api/access.ts';
import type { ManagedProcess } from '../process/managed-process.ts';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** The group that Kubernetes itself lets do everything. */
export const administrators = 'system:masters';

export interface ControlPlaneOptions {
  /** The address that nodes reach it by. */
  readonly address: string;
  readonly port: number;
  /** For certificates, tokens and stored objects: what survives a restart of the processes. */
  readonly folder: string;
  /** Everyone who will ask: each gets a token. The first one may do everything. */
  readonly users: readonly User[];
}

/** An API server, embedded or real, for the cluster of the tests. */
export interface ControlPlane {
  readonly kind: 'embedded' | 'real';
  /** Its processes, in the order in which they start. The last one is the API server. */
  readonly processes: readonly ManagedProcess[];
  readonly apiServer: ManagedProcess;
  access(user: string): ApiAccess;
  /** Stores a Service that no write could have made, as a backup does that is restored into etcd. */
  restoreService(service: JsonObject): Promise<void>;
  /** Resolves once it answers `/readyz` with 200. */
  ready(): Promise<void>;
}
