import { parseTime } from '../../shared/api/object-meta.ts';
import { ageText } from '../output/age.ts';
import { bar } from '../output/bar.ts';
import { columns } from '../output/columns.ts';
import { countText } from '../output/count.ts';
import type { Style } from '../output/style.ts';
import type { NodeStatus, PoolStatus, ServiceStatus, StatusReport } from './status-report.ts';

export interface TextOptions {
  readonly style: Style;
  /** Unix ms, by the API server's clock. */
  readonly nowMs: number;
}

const barWidth = 20;

export function statusText(report: StatusReport, { style, nowMs }: TextOptions): readonly string[] {
  const { namespace, pools, services, nodes, findings, unreadable } = report;
  const served = services.filter((service) => service.served).length;
  const live = nodes.filter(({ speaker }) => speaker === 'live').length;
  return [
    `Herald in ${namespace}: ${served} of ${services.length} Services served, ${live} of ${nodes.length} nodes live`,
    ...section(
      'Pools',
      pools.flatMap((pool) => poolRows(pool, style)),
      style,
    ),
    ...section(
      'Services',
      services.map((service) => serviceRow(service, { style, nowMs })),
      style,
    ),
    ...section(
      'Nodes',
      nodes.map((node) => nodeRow(node, style)),
      style,
    ),
    ...findings.map((finding) => `${style.warning('Finding:')} ${finding}`),
    ...unreadable.map((what) => `${style.warning('Not read:')} ${what}`),
  ];
}

function section(title: string, rows: readonly (readonly string[])[], style: Style): readonly string[] {
  return [style.bold(title), ...(rows.length === 0 ? ['  none'] : columns(rows, '  '))];
}

function poolRows({ pool, usage, autoAssign, setAside }: PoolStatus, style: Style): readonly (readonly string[])[] {
  if (setAside) return [[pool, '', '', style.bad('set aside: its configuration can not be used')]];
  const note = autoAssign ? '' : 'on request';
  return usage.map(({ family, inUse, of }, index) => {
    const [part, whole] = [BigInt(inUse), BigInt(of)];
    const drawn = bar(part, whole, barWidth);
    const full = part === whole ? style.bad : part * 10n >= whole * 9n ? style.warning : style.good;
    return [index === 0 ? pool : '', full(drawn), `${countText(inUse)} of ${countText(of)} ${family}`, note];
  });
}

function serviceRow(service: ServiceStatus, { style, nowMs }: TextOptions): readonly string[] {
  const { addresses, owners, interfaces, since, text } = service;
  const has = addresses.length === 0 ? '-' : addresses.join(' ');
  if (!service.served) return [service.service, has, '-', style.bad(text)];
  const sinceMs = parseTime(since);
  const age = sinceMs === undefined ? '' : ` for ${ageText(nowMs - sinceMs)}`;
  return [service.service, has, style.good(owners.join(' ')), `${interfaces.join(' ')}${age}`];
}

function nodeRow(status: NodeStatus, style: Style): readonly string[] {
  const { node, speaker, announces, interfaces, reasons } = status;
  const links = interfaces.map(({ name, carrier }) => (carrier ? name : style.bad(`${name} (no carrier)`)));
  const announced = `announces ${announces}`;
  return [node, speakerText(speaker, style), announced, links.join(' '), style.warning(reasons.join(' '))];
}

function speakerText(speaker: NodeStatus['speaker'], style: Style): string {
  switch (speaker) {
    case 'live':
      return style.good('live');
    case 'leaving':
      return style.warning('leaving');
    case 'heard':
      return style.warning('live, but renews no Lease');
    case 'expired':
      return style.bad('silent: its Lease has run out');
    case 'gone':
      return style.bad('gone: its Lease was released');
    case 'none':
      return style.bad('no speaker');
  }
}
