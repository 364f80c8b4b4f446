import { leaseResource } from '../../shared/api/lease.ts';
import type { ApiClient } from '../../shared/kube/api-client.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { nodeOfLease } from '../../speaker/membership/membership.ts';
import { speakerLeaseSelector } from '../../speaker/membership/speaker-lease.ts';
import { CommandError } from '../command-error.ts';
import { listAll } from './list-all.ts';

const usualNamespace = 'herald-system';

/**
 * The namespace in which Herald runs, by the Lease of its controller or else those of its speakers; the usual one where
 * there are none, or where they may not be looked for.
 * @throws CommandError where there are several; ApiError
 */
export async function locateInstallation(client: ApiClient): Promise<string> {
  try {
    const controllers = await listAll(client, leaseResource, {
      namespace: '',
      fieldSelector: 'metadata.name=herald-controller',
    });
    if (controllers.length > 0) return only(controllers.map(({ meta }) => meta.namespace));
    const speakers = await listAll(client, leaseResource, { namespace: '', labelSelector: speakerLeaseSelector });
    return only(speakers.filter((lease) => nodeOfLease(lease) !== undefined).map(({ meta }) => meta.namespace));
  } catch (error) {
    if (error instanceof ApiError && error.code === 'Forbidden') return usualNamespace;
    throw error;
  }
}

function only(namespaces: readonly string[]): string {
  const different = [...new Set(namespaces)].sort();
  if (different.length <= 1) return different[0] ?? usualNamespace;
  throw new CommandError(
    'Invalid',
    `cannot choose an installation: Herald runs in the namespaces ${different.join(', ')}; name one by --herald-namespace`,
  );
}
