/** How one user reaches the API server. */
export interface ApiAccess {
  readonly user: string;
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string;
  /** PEM of the authority that signed the server's certificate; undefined where it speaks plain HTTP. */
  readonly authority: string | undefined;
  /** The name in the server's certificate, where it is not the one in `url`. */
  readonly serverName: string | undefined;
}

/** A kubeconfig for `kubectl` and for Herald's own programs. JSON is YAML, so nothing needs quoting here. */
export function kubeconfigText(access: ApiAccess): string {
  const cluster =
    access.authority === undefined
      ? { server: access.url }
      : {
          server: access.url,
          'certificate-authority-data': Buffer.from(access.authority).toString('base64'),
          ...(access.serverName === undefined ? {} : { 'tls-server-name': access.serverName }),
        };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'herald', cluster }],
    users: [{ name: access.user, user: { token: access.token } }],
    contexts: [{ name: 'herald', context: { cluster: 'herald', user: access.user } }],
    'current-context': 'herald',
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
