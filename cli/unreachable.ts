import { ApiError } from '../shared/kube/api-error.ts';
import { CommandError } from './command-error.ts';

/** Of an API server that does not answer it says what to look at; any other error stays as it is. */
export function withUnreachableExplained(error: unknown): unknown {
  if (!(error instanceof ApiError) || error.code !== 'Unreachable') return error;
  const remedy = 'if it is not the one that you mean, name another by --kubeconfig, --context or $KUBECONFIG';
  return new CommandError('Unreadable', `cannot reach the API server: ${error.message}; ${remedy}`, { cause: error });
}
