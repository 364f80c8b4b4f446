import { ApiError } from './api-error.ts';

/** How an informer goes on after a failure. */
export interface Recovery {
  /** List everything anew; otherwise the watch goes on from the resourceVersion it had. */
  readonly relist: boolean;
  /** Without waiting first. */
  readonly atOnce: boolean;
  /** What the server asked for, at least. */
  readonly retryAfterMs: number;
}

/** So many server errors in a row make the resourceVersion itself suspect: a server restored from a backup, say. */
const serverErrorsBeforeRelist = 3;

/**
 * Decides by the error and the number of failures in a row, this one included. The resourceVersion survives what
 * says nothing about it (no connection, 429, a server that has trouble); 410 and anything else ask for a list
 * (Kubernetes' "API Concepts", "Efficient detection of changes").
 */
export function recoveryFrom(error: unknown, failures: number): Recovery {
  if (!(error instanceof ApiError)) return { relist: true, atOnce: false, retryAfterMs: 0 };
  const retryAfterMs = error.retryAfterMs ?? 0;
  switch (error.code) {
    case 'Expired':
      return { relist: true, atOnce: failures === 1, retryAfterMs };
    case 'Unreachable':
    case 'TooManyRequests':
      return { relist: false, atOnce: false, retryAfterMs };
    case 'ServerError':
      return { relist: failures >= serverErrorsBeforeRelist, atOnce: false, retryAfterMs };
    default:
      return { relist: true, atOnce: false, retryAfterMs };
  }
}
