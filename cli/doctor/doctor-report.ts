import { type Check, someOf, type Trouble } from './check.ts';
import { customResourceNames } from './checks/custom-resources.ts';
import { checks } from './checks.ts';
import type { Examination } from './examination.ts';

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
  const reports = [accessCheck, ...checks].map((check) => reportOf(check, examination));
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
  const missing = unreadableOf(examination).filter(({ resource }) => needs.includes(resource));
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

const accessCheck: Check = {
  name: 'access',
  about: 'this user may read what the checks look at',
  needs: [],
  find: (examination) => {
    const forbidden = unreadableOf(examination).filter(({ resource }) => isDefined(resource, examination));
    if (forbidden.length === 0) return [];
    const kinds = forbidden.map(({ resource }) => resource);
    const unmade = checks.filter(({ needs }) => needs.some((need) => kinds.includes(need))).map(({ name }) => name);
    return [
      {
        severity: 'warn',
        message: `cannot check ${unmade.join(', ')}: ${someOf(kinds)} can not be read (${forbidden[0]?.why})`,
        remedy: 'run it as a user who may read them: kubectl auth can-i list --all-namespaces KIND',
        objects: kinds,
      },
    ];
  },
};

function unreadableOf({ cluster, facts }: Examination) {
  const all = [...cluster.unreadable, ...facts.unreadable];
  return all.filter(({ resource }, index) => all.findIndex((one) => one.resource === resource) === index);
}

/** A kind of ours without a definition is told by the check of definitions. */
function isDefined(resource: string, { facts }: Examination): boolean {
  const name = `${resource}.metallb.io`;
  return !customResourceNames.includes(name) || facts.customResources.some(({ meta }) => meta.name === name);
}
