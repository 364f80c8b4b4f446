import { setTimeout as delay } from 'node:timers/promises';

const pauseMs = 30;

/**
 * Asks again and again until `attempt` returns something else than undefined, and returns that. What it throws counts
 * as "not yet"; when the time is up, the last of it is the cause.
 */
export async function eventually<T>(
  what: string,
  attempt: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const value = await attempt();
      if (value !== undefined) return value;
    } catch (error) {
      cause = error;
    }
    await delay(pauseMs);
  } while (performance.now() < deadline);
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  throw new Error(`not within ${timeoutMs} ms: ${what}${why}`, { cause });
}
