import type { Clock } from '../runtime/clock.ts';
import { HttpApiClient } from './http-api-client.ts';
import { type KubeconfigSource, loadEndpoint } from './kubeconfig.ts';

export interface ConnectOptions extends KubeconfigSource {
  readonly clock: Clock;
  /** `herald-controller/0.1.0`. */
  readonly userAgent: string;
}

/**
 * Makes a client for the API server that the kubeconfig names; no connection is opened yet.
 * @throws KubeconfigError
 */
export function connectApi({ clock, userAgent, ...source }: ConnectOptions): HttpApiClient {
  return new HttpApiClient({ endpoint: loadEndpoint(source), clock, userAgent });
}
