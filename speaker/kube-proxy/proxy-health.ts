/** What came of asking kube-proxy's health check once. */
export type ProbeResult =
  | 'healthy'
  /** It answered otherwise, or took a connection and did not answer. */
  | 'failing'
  /** Nobody listens there. */
  | 'refused';

/** A kube-proxy that was there and is gone for this long was taken away for good (another data path has come). */
const forgottenAfterMs = 10 * 60_000;
/** It fails for 3 s; less what timers are late by: another probe would make it 4 s. */
const unhealthyAfterMs = 2_950;

export interface ProxyHealth {
  readonly unhealthy: boolean;
  /** It answered once, and was not away for long since. */
  readonly known: boolean;
  /** Since when no probe was healthy. */
  readonly failingSinceMs: number | undefined;
}

export const initialProxyHealth: ProxyHealth = { unhealthy: false, known: false, failingSinceMs: undefined };

/**
 * Decides whether kube-proxy is unhealthy: its check has failed for 3 s. Where nobody ever listened there is nothing
 * to fail; one that was there and is gone has failed, since the Services it forwarded go nowhere new.
 */
export function stepProxyHealth(state: ProxyHealth, result: ProbeResult, nowMs: number): ProxyHealth {
  if (result === 'healthy') return { unhealthy: false, known: true, failingSinceMs: undefined };
  if (result === 'refused' && !state.known) return initialProxyHealth;
  const failingSinceMs = state.failingSinceMs ?? nowMs;
  const failingMs = nowMs - failingSinceMs;
  if (result === 'refused' && failingMs >= forgottenAfterMs) return initialProxyHealth;
  return { unhealthy: failingMs >= unhealthyAfterMs, known: true, failingSinceMs };
}
