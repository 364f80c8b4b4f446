import type { ApiClient } from '../shared/kube/api-client.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import type { LeaderElectionTask } from '../shared/kube/leader-election-task.ts';

/**
 * The client of those who write only while this process leads. Each write asks the clock itself: a process that was
 * stopped for longer than its lease handles what it finds in its sockets before the timer that ends its term.
 * Refused writes fail with code `NotLeading`.
 */
export function fencedClient(client: ApiClient, election: Pick<LeaderElectionTask, 'isLeader'>): ApiClient {
  const whileLeading = async <R>(what: string, write: () => Promise<R>): Promise<R> => {
    if (election.isLeader()) return write();
    throw new ApiError('NotLeading', `cannot ${what}: the lease is lost`, {});
  };
  return {
    get: (type, name, signal) => client.get(type, name, signal),
    list: (type, options) => client.list(type, options),
    watch: (type, options) => client.watch(type, options),
    create: (type, object, options) => whileLeading(`create ${type.kind}`, () => client.create(type, object, options)),
    update: (type, object, options) => whileLeading(`update ${type.kind}`, () => client.update(type, object, options)),
    patch: (type, name, patch, options) =>
      whileLeading(`patch ${type.kind} ${name.name}`, () => client.patch(type, name, patch, options)),
    delete: (type, name, signal) =>
      whileLeading(`delete ${type.kind} ${name.name}`, () => client.delete(type, name, signal)),
  };
}
