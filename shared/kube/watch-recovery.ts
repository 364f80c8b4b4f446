import { ApiError } from './api-error.ts';

/** How an informer goes on after a failure. */
export interface Recovery {
  /** List everything anew; otherwise the watch goes on from the resourceVersion it had. */
  readonly relist: boolean;
  /** Without waiting first. */
  readonly atOnce: boolean;
}

/** So many server errors in a row make the resourceVersion itself suspect: a server restored from a backup, say. */
const serverErrorsBeforeRelist = 3;

/**
 * Decides by the failures in a row, the latest one last. The resourceVersion survives what says nothing about it (no
 * connection, 429, a server that has trouble); 410 and anything else ask for a list (Kubernetes' "API Concepts",
 * "Efficient detection of changes").
 */
export function recoveryFrom(failures: readonly unknown[]): Recovery {
  const [latest, previous] = failures.map(codeOf).reverse();
  switch (latest) {
    case 'Expired':
      // A list heals it at once, unless one just did not.
      return { relist: true, atOnce: previous !== 'Expired' };
    case 'Unreachable':
    case 'TooManyRequests':
      return { relist: false, atOnce: false };
    case 'ServerError': {
      const recent = failures.slice(-serverErrorsBeforeRelist);
      const relist = recent.length === serverErrorsBeforeRelist && recent.every((one) => codeOf(one) === 'ServerError');
      return { relist, atOnce: false };
    }
    default:
      return { relist: true, atOnce: false };
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof ApiError ? error.code : undefined;
}
