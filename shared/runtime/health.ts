/** Says why it fails, or undefined while all is well. Cheap and synchronous: kubelet asks every few seconds. */
export type HealthCheck = () => string | undefined;
/** By name; fixed at start. */
export type HealthChecks = Readonly<Record<string, HealthCheck>>;

export interface HealthReport {
  readonly healthy: boolean;
  /** One line per check, failing ones with their reason. */
  readonly text: string;
}

/** Runs every check; one that throws fails. */
export function checkHealth(checks: HealthChecks): HealthReport {
  const lines: string[] = [];
  let healthy = true;
  for (const [name, check] of Object.entries(checks)) {
    const why = runCheck(check);
    if (why !== undefined) healthy = false;
    lines.push(why === undefined ? `[+] ${name} ok` : `[-] ${name} failed: ${why}`);
  }
  lines.push(healthy ? 'ok' : 'failed');
  return { healthy, text: `${lines.join('\n')}\n` };
}

function runCheck(check: HealthCheck): string | undefined {
  try {
    return check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
