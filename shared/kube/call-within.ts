import type { Clock } from '../runtime/clock.ts';

/** Runs the call with a signal that aborts when `signal` does, or when the time is up: with that as its reason. */
export async function callWithin<R>(
  call: (signal: AbortSignal) => Promise<R>,
  { clock, timeoutMs, signal }: { readonly clock: Clock; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<R> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  const giveUp = (): void => controller.abort(new Error(`no answer within ${timeoutMs / 1000} s`));
  const cancel = clock.after(timeoutMs, giveUp);
  try {
    return await call(controller.signal);
  } finally {
    cancel();
    signal.removeEventListener('abort', abort);
  }
}
