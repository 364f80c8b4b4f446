import { ApiError } from './api-error.ts';

/** Whether the same request may well succeed later: no answer, too many requests, trouble on the server's side. */
export function isTransient(error: unknown): error is ApiError {
  return (
    error instanceof ApiError &&
    (error.code === 'Unreachable' || error.code === 'TooManyRequests' || error.code === 'ServerError')
  );
}
