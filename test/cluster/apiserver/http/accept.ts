/** What shape the client asks for. Everything is JSON; protobuf is never offered. */
export type Representation = 'object' | 'table' | 'partial';

/** Picks the first media range of an Accept header that the server can make. */
export function representationOf(accept: string): Representation {
  for (const range of accept.split(',')) {
    const [media = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (media !== 'application/json' && media !== '*/*' && media !== 'application/*') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice('as='.length);
    if (as === undefined) return 'object';
    if (parameters.includes('v=v1beta1')) continue;
    if (as === 'Table') return 'table';
    if (as.startsWith('PartialObjectMetadata')) return 'partial';
  }
  return 'object';
}
