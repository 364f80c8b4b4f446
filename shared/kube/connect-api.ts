import type { Clock } from '../runtime/clock.ts';
import { heraldVersion } from '../runtime/version.ts';
import { HttpApiClient } from './http-api-client.ts';
import { loadEndpoint } from './kubeconfig.ts';

export interface ConnectOptions {
  readonly clock: Clock;
  /** `controller` or `speaker`, as the API server's audit log and flow control tell them apart. */
  readonly component: string;
  /** Undefined: $KUBECONFIG, ~/.kube/config or the Pod's service account. */
  readonly kubeconfig: string | undefined;
}

/**
 * Makes a client for the API server that the kubeconfig names; no connection is opened yet.
 * @throws KubeconfigError
 */
export function connectApi({ clock, component, kubeconfig }: ConnectOptions): HttpApiClient {
  const endpoint = loadEndpoint(kubeconfig === undefined ? {} : { kubeconfig });
  return new HttpApiClient({ endpoint, clock, userAgent: `herald-${component}/${heraldVersion}` });
}
