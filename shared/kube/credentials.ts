/** What a request needs to be let in. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
}

export interface TlsMaterial {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly servername: string | undefined;
  /** False only where the kubeconfig says `insecure-skip-tls-verify`. */
  readonly verify: boolean;
}

/** Where the API server is, and how it knows us. */
export interface ApiEndpoint {
  /** May have a path, as behind Rancher. */
  readonly server: URL;
  /** The namespace of the kubeconfig's context or of the Pod. */
  readonly namespace: string | undefined;
  /** Looks again at each call: token files rotate, exec plugins hand out short-lived certificates. */
  credentials(): Promise<Credentials>;
  /** Has everything read again at the next look, tokens that are kept included: after a 401. */
  reload(): void;
}

/** Whether connections made with the one still stand for the other. */
export function sameTls(a: TlsMaterial, b: TlsMaterial): boolean {
  return (
    sameBytes(a.ca, b.ca) &&
    sameBytes(a.cert, b.cert) &&
    sameBytes(a.key, b.key) &&
    a.servername === b.servername &&
    a.verify === b.verify
  );
}

function sameBytes(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}
