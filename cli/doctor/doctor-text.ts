import { columns } from '../output/columns.ts';
import type { Style } from '../output/style.ts';
import { countOf, type Trouble } from './check.ts';
import type { DoctorReport } from './doctor-report.ts';

/** What is wrong, the worst first, and a summary; nothing but that where all is well. */
export function doctorText(report: DoctorReport, style: Style): readonly string[] {
  const findings = report.checks.flatMap(({ name, findings: found }) => found.map((trouble) => ({ name, trouble })));
  const unmade = report.checks.filter(({ status }) => status === 'unknown');
  const worstFirst = [
    ...findings.filter(({ trouble }) => trouble.severity === 'fail'),
    ...findings.filter(({ trouble }) => trouble.severity === 'warn'),
  ];
  const rows = worstFirst.flatMap(({ name, trouble }) => [
    [severityText(trouble, style), style.bold(name), trouble.message],
    ['', '', style.dim(`→ ${trouble.remedy}`)],
  ]);
  // One that `access` has not told of already.
  const told = findings.some(({ name }) => name === 'access');
  const unknown = told ? [] : unmade.map(({ name, why }) => [style.dim('?'), style.bold(name), `cannot check: ${why}`]);
  return [...columns([...rows, ...unknown]), summaryText(report, style)];
}

function severityText({ severity }: Trouble, style: Style): string {
  return severity === 'fail' ? style.bad('fail') : style.warning('warn');
}

function summaryText({ summary, checks }: DoctorReport, style: Style): string {
  const { pass, warn, fail, unknown, nodes, services } = summary;
  const looked = `${countOf(nodes, 'node')}, ${countOf(services, 'Service')}`;
  if (pass === checks.length) return style.good(`all ${checks.length} checks passed: ${looked}`);
  const parts = [
    `${pass} passed`,
    ...some(fail, 'failed'),
    ...some(warn, 'with a warning'),
    ...some(unknown, 'not made'),
  ];
  return style.bold(`${checks.length} checks: ${parts.join(', ')}: ${looked}`);
}

function some(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${what}`];
}
