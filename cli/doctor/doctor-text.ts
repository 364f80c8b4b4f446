import { columns } from '../output/columns.ts';
import type { Style } from '../output/style.ts';
import { countOf, type Trouble } from './check.ts';
import type { DoctorReport } from './doctor-report.ts';

/** What is wrong, the worst first, and a summary; nothing but that where all is well. */
export function doctorText(report: DoctorReport, style: Style): readonly string[] {
  const findings = report.checks.flatMap(({ name, findings: found }) => found.map((trouble) => ({ name, trouble })));
  const worstFirst = [
    ...findings.filter(({ trouble }) => trouble.severity === 'fail'),
    ...findings.filter(({ trouble }) => trouble.severity === 'warn'),
  ];
  const rows = worstFirst.flatMap(({ name, trouble }) => [
    [severityText(trouble, style), style.bold(name), trouble.message],
    ['', '', style.dim(`→ ${trouble.remedy}`)],
  ]);
  return [...columns([...rows, ...notMade(report, style)]), summaryText(report, style)];
}

/** Checks that could not be made, unless `access` has told of them already. */
function notMade({ checks }: DoctorReport, style: Style): readonly (readonly string[])[] {
  const unknown = checks.filter(({ status }) => status === 'unknown');
  const [first] = unknown;
  const told = checks.some(({ name, findings }) => name === 'access' && findings.length > 0);
  if (first === undefined || told) return [];
  const names = unknown.map(({ name }) => name).join(', ');
  return [[style.dim('?'), style.bold(first.name), `cannot check ${names}: ${first.why}`]];
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
