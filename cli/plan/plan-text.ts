import { columns } from '../output/columns.ts';
import type { Style } from '../output/style.ts';
import type { PlanReport } from './plan-report.ts';
import type { PlannedAddress, ServiceChange, ServiceChangeKind } from './service-changes.ts';

/** What changes, and how much stays. */
export function planText(report: PlanReport, style: Style): readonly string[] {
  const changed = report.services.filter(({ change }) => change !== 'keeps' && change !== 'waits');
  const owners = report.owners.map(({ address, services, from, to, reason }) => [
    style.warning('owner'),
    `${address} (${services.join(', ')})`,
    `${from ?? 'nobody'} → ${to ?? 'nobody'}`,
    style.dim(reason),
  ]);
  const findings = [
    ...report.findings.new.map(({ severity, message }) => `${style.bad(`new ${severity}`)}: ${message}`),
    ...report.findings.gone.map(({ severity, message }) => `${style.good(`no longer ${severity}`)}: ${message}`),
  ];
  return [
    ...columns([...changed.map((change) => serviceRow(change, style)), ...owners]),
    ...findings,
    ...report.notes.map((note) => style.dim(`note: ${note}`)),
    summaryText(report, style),
  ];
}

function serviceRow({ service, change, from, to, reason }: ServiceChange, style: Style): readonly string[] {
  return [verbStyle(change, style)(change), service, `${addresses(from)} → ${addresses(to)}`, style.dim(reason)];
}

function verbStyle(change: ServiceChangeKind, style: Style): (text: string) => string {
  if (change === 'gains') return style.good;
  return change === 'moves' ? style.warning : style.bad;
}

function addresses(list: readonly PlannedAddress[]): string {
  return list.length === 0 ? 'none' : list.map(({ address, pool }) => `${address} (${pool})`).join(', ');
}

function summaryText({ summary, owners, moves }: PlanReport, style: Style): string {
  const { keeps, moves: moved, loses, gains, waits } = summary;
  const parts = [`${keeps} keep their addresses`, `${moved} move`, `${loses} lose`, `${gains} gain`, `${waits} wait`];
  const text = `Services: ${parts.join(', ')}; owners that change: ${owners.length}`;
  return moves ? style.bold(text) : style.good(`nothing moves. ${text}`);
}
