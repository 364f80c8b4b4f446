import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { errorText } from '../runtime/error-text.ts';
import type { ApiEndpoint, Credentials } from './credentials.ts';

export interface KubeconfigSource {
  /** File; undefined: $KUBECONFIG, ~/.kube/config or the Pod's service account, as client-node finds them. */
  readonly kubeconfig?: string;
  /** The file's current context by default. */
  readonly context?: string;
}

/** The kubeconfig can't be used. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
  readonly code = 'KubeconfigInvalid';
}

/**
 * Finds the API server and the credentials for it: service account (its token read again every minute), client
 * certificates, tokens, exec plugins, OIDC.
 * @throws KubeconfigError
 */
export function loadEndpoint(source: KubeconfigSource): ApiEndpoint {
  const first = load(source);
  const cluster = first.getCurrentCluster();
  if (cluster === null)
    throw unusable(source, `its context "${first.getCurrentContext()}" names no cluster that it has`);
  if (cluster.proxyUrl) throw unusable(source, 'proxy-url is not supported');
  let config: KubeConfig | undefined = first;
  return {
    server: parseServer(source, cluster.server),
    namespace: first.getContextObject(first.getCurrentContext())?.namespace,
    credentials: async () => {
      config ??= load(source);
      return credentialsOf(config);
    },
    reload: () => {
      config = undefined;
    },
  };
}

function load(source: KubeconfigSource): KubeConfig {
  const { kubeconfig, context } = source;
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    throw unusable(source, errorText(cause), cause);
  }
  // client-node refuses http: servers unless told not to verify; without TLS there is nothing to verify.
  const clusters = config.clusters.map((one) =>
    one.server.startsWith('http:') ? { ...one, skipTLSVerify: true } : one,
  );
  config.loadFromOptions({ ...config, clusters });
  if (context !== undefined) config.setCurrentContext(context);
  const current = config.getCurrentContext();
  if (!current) throw unusable(source, 'it has no current-context');
  if (config.getContextObject(current) === null) throw unusable(source, `there is no context "${current}" in it`);
  return config;
}

function unusable({ kubeconfig }: KubeconfigSource, why: string, cause?: unknown): KubeconfigError {
  const file = kubeconfig === undefined ? '' : ` ${kubeconfig}`;
  return new KubeconfigError(`cannot load kubeconfig${file}: ${why}`, { cause });
}

function parseServer(source: KubeconfigSource, text: string): URL {
  const server = URL.canParse(text) ? new URL(text) : undefined;
  if (server?.protocol === 'https:' || server?.protocol === 'http:') return server;
  throw unusable(source, `its server ${JSON.stringify(text)} is no http or https URL`);
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  const user = config.getCurrentUser();
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value).trim();
  if (user?.username) {
    headers['Authorization'] = `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
  }
  return {
    headers,
    tls: {
      ca: bytesOf(options.ca),
      cert: bytesOf(options.cert),
      key: bytesOf(options.key),
      servername: options.servername,
      verify: options.rejectUnauthorized !== false,
    },
  };
}

/** client-node gives Buffers read from files and kubeconfigs, and PEM text from exec plugins. */
function bytesOf(material: unknown): Buffer | undefined {
  if (typeof material === 'string') return Buffer.from(material);
  return Buffer.isBuffer(material) ? material : undefined;
}
