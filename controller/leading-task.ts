import type { LeaderElectionTask } from '../shared/kube/leader-election-task.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { deferred } from '../shared/runtime/deferred.ts';
import type { Log } from '../shared/runtime/log.ts';
import { supervise } from '../shared/runtime/supervisor.ts';
import type { Task } from '../shared/runtime/task.ts';

export interface LeadingOptions {
  readonly election: Pick<LeaderElectionTask, 'isLeader' | 'onChange'>;
  /** Made anew each time that this process comes to lead: nothing that it knew before counts. */
  readonly makeTasks: () => readonly Task[];
  readonly onChange: (leads: boolean) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Runs tasks for as long as this process leads. */
export function leadingTask(options: LeadingOptions): Task {
  const { election, clock, log } = options;
  return {
    name: 'leading',
    ready: Promise.resolve(),
    run: async (signal) => {
      let changed = deferred();
      let term = new AbortController();
      const unsubscribe = election.onChange((leads) => {
        if (!leads) term.abort();
        changed.resolve();
      });
      const onAbort = (): void => {
        term.abort();
        changed.resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        while (!signal.aborted) {
          options.onChange(election.isLeader());
          if (election.isLeader()) {
            term = new AbortController();
            await supervise(options.makeTasks(), { signal: term.signal, log, clock });
          } else {
            changed = deferred();
            await changed.promise;
          }
        }
      } finally {
        unsubscribe();
        options.onChange(false);
      }
    },
  };
}
