import type { Log } from './log.ts';

type StopSignal = 'SIGTERM' | 'SIGINT';

/** What `shutdownSignal` uses of `process`. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  exit(code: number): void;
}

/** Aborts on the first SIGTERM or SIGINT; the second one ends the process at once with status 130. */
export function shutdownSignal(source: SignalSource, log: Log): AbortSignal {
  const controller = new AbortController();
  const listen = (signal: StopSignal): void => {
    source.on(signal, () => {
      if (controller.signal.aborted) {
        log.warn('exiting-at-once', { signal });
        source.exit(130);
        return;
      }
      log.info('stopping', { signal });
      controller.abort();
    });
  };
  listen('SIGTERM');
  listen('SIGINT');
  return controller.signal;
}
