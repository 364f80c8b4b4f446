import type { Check, Trouble } from './check.ts';
import { checks } from './checks.ts';
import type { Examination } from './examination.ts';
import { unreadableKinds } from './unreadable.ts';

/** `unknown`: it could not be checked. */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'unknown';

export interface CheckReport {
  readonly name: string;
  /** What holds where it passes. */
  readonly about: string;
  readonly status: CheckStatus;
  /** Why it is unknown. */
  readonly why?: string;
  readonly findings: readonly Trouble[];
}

export interface DoctorReport {
  /** Checks, by their status; and what was looked at. */
  readonly summary: Readonly<Record<CheckStatus, number>> & { readonly nodes: number; readonly services: number };
  readonly checks: readonly CheckReport[];
}

/** Makes every check that can be made. */
export function doctorReport(examination: Examination): DoctorReport {
  const reports = checks.map((check) => reportOf(check, examination));
  const count = (status: CheckStatus): number => reports.filter((one) => one.status === status).length;
  const { cluster, services } = examination;
  return {
    summary: {
      pass: count('pass'),
      warn: count('warn'),
      fail: count('fail'),
      unknown: count('unknown'),
      nodes: cluster.nodes.length,
      services: services.length,
    },
    checks: reports,
  };
}

function reportOf(check: Check, examination: Examination): CheckReport {
  const { name, about, needs } = check;
  const missing = unreadableKinds(examination).filter(({ resource }) => needs.includes(resource));
  if (missing.length > 0) {
    return { name, about, status: 'unknown', why: missing.map(({ why }) => why).join('; '), findings: [] };
  }
  const findings = check.find(examination);
  return { name, about, status: statusOf(findings), findings };
}

function statusOf(findings: readonly Trouble[]): CheckStatus {
  if (findings.length === 0) return 'pass';
  return findings.some(({ severity }) => severity === 'fail') ? 'fail' : 'warn';
}
