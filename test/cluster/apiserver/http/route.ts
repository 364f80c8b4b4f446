/** A request to a resource, as its path says: `/api/v1/namespaces/a/services/b/status` and its like. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  /** '' for all namespaces and for cluster-scoped kinds. */
  readonly namespace: string;
  readonly plural: string;
  /** '' for the whole collection. */
  readonly name: string;
  readonly subresource: string;
}

/** Undefined for a path that names no resource, such as /version and discovery. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const rest = parts[0] === 'api' ? parts.slice(2) : parts.slice(3);
  const [group = '', version = ''] = parts[0] === 'api' ? ['', parts[1]] : [parts[1], parts[2]];
  if ((parts[0] !== 'api' && parts[0] !== 'apis') || rest.length === 0) return undefined;
  const [head = '', namespace = '', plural = '', name = '', ...subresource] = rest.map(decodeURIComponent);
  // /namespaces/x, /namespaces/x/status and /namespaces/x/finalize are the Namespace itself.
  if (head === 'namespaces' && rest.length > 2 && plural !== 'status' && plural !== 'finalize') {
    return { group, version, namespace, plural, name, subresource: subresource.join('/') };
  }
  return {
    group,
    version,
    namespace: '',
    plural: head,
    name: namespace,
    subresource: [plural, name, ...subresource].filter((part) => part !== '').join('/'),
  };
}
