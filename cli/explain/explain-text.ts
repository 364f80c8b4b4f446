import { parseTime } from '../../shared/api/object-meta.ts';
import { ageText, timeText } from '../output/age.ts';
import { columns } from '../output/columns.ts';
import { countText } from '../output/count.ts';
import type { Style } from '../output/style.ts';
import type { ExplainedGroup, ExplainedNode, ExplainedPool, ExplainedWish, ExplainReport } from './explain-report.ts';

export interface TextOptions {
  readonly style: Style;
  /** Unix ms, by the API server's clock. */
  readonly nowMs: number;
}

/** Pools, advertisements and nodes that are told one by one; the rest is counted. */
const maxShown = 6;

/** A row of the chain: what it is about, and what there is to say. */
type Row = readonly string[];

/** The chain for people. Of a Service that is not served the first line is the cause, the second the remedy. */
export function explainText(report: ExplainReport, options: TextOptions): readonly string[] {
  const { style } = options;
  const rows: Row[] = [
    ...rowsOf('Service', wishLines(report.wish)),
    ...rowsOf('Pools', shortened(poolLines(report, style))),
    ...rowsOf(
      'Address',
      report.addresses.map(({ address, text }) => `${style.bold(address)}  ${text}`),
    ),
    ...(report.addresses.length === 0 ? [] : rowsOf('Endpoints', [endpointsLine(report)])),
    ...rowsOf('Advertised', shortened(advertisementLines(report, style))),
    ...report.groups.flatMap((group) => groupRows(group, report, options)),
    ...rowsOf('Conflict', conflictLines(report, options)),
    ...rowsOf('Conditions', conditionLines(report, style)),
    ...rowsOf('Note', report.notes),
  ];
  return [...headLines(report, options), ...columns(rows)];
}

function headLines(report: ExplainReport, { style, nowMs }: TextOptions): readonly string[] {
  const { cause, service } = report;
  if (cause !== undefined) {
    return [
      `${style.bad(`Service ${service} is not served:`)} ${cause.text}`,
      `${style.bold('Remedy:')} ${cause.remedy}`,
    ];
  }
  const addresses = report.addresses.map(({ address }) => address).join(' and ');
  const owners = new Set(report.groups.flatMap(({ owner }) => owner.node ?? []));
  const by = owners.size === 0 ? '' : `, announced by ${[...owners].join(' and ')}`;
  const sinceMs = parseTime(report.groups[0]?.owner.since);
  const since = sinceMs === undefined ? '' : ` since ${timeText(sinceMs)} (${ageText(nowMs - sinceMs)})`;
  return [`${style.good(`Service ${service} is served:`)} ${addresses}${by}${since}`];
}

function rowsOf(title: string, lines: readonly string[]): readonly Row[] {
  return lines.map((line, index) => [index === 0 ? title : '', line]);
}

function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= maxShown) return lines;
  return [...lines.slice(0, maxShown - 1), `and ${lines.length - maxShown + 1} more`];
}

function wishLines(wish: ExplainedWish): readonly string[] {
  const { loadBalancerClass, families, ipFamilyPolicy, externalTrafficPolicy, pool, addresses, sharingKey } = wish;
  const asks = [
    ...(addresses.length === 0 ? [] : [`asks for ${addresses.join(' and ')}`]),
    ...(pool === undefined ? [] : [`asks for pool ${pool}`]),
    ...(sharingKey === undefined ? [] : [`shares by key ${sharingKey}`]),
  ];
  const parts = [
    loadBalancerClass === undefined ? 'no loadBalancerClass' : `class ${loadBalancerClass}`,
    `${families.join(' and ')} (${ipFamilyPolicy})`,
    `externalTrafficPolicy ${externalTrafficPolicy}`,
    asks.length === 0 ? 'asks for no address in particular' : asks.join(', '),
  ];
  return [parts.join('; ')];
}

const notAsked: readonly string[] = ['notRequested', 'notNeeded', 'comesLater'];

/** Those that give an address come first, then what the Service asks for; the others as they are tried, the merely passed by last. */
function poolLines(report: ExplainReport, style: Style): readonly string[] {
  const { pools, wish } = report;
  const placeOf = (pool: ExplainedPool): number => {
    if (pool.gives) return 0;
    if (pool.pool === wish.pool) return 1;
    return notAsked.includes(pool.reason ?? '') ? 3 : 2;
  };
  return pools.toSorted((a, b) => placeOf(a) - placeOf(b)).map((pool) => poolLine(pool, report, style));
}

function poolLine(pool: ExplainedPool, { addresses }: ExplainReport, style: Style): string {
  const usage = pool.usage
    .map(({ family, inUse, of }) => `${countText(inUse)} of ${countText(of)} ${family} in use`)
    .join(', ');
  if (!pool.gives) return style.dim(`${pool.pool}: ${pool.text}`);
  const given = addresses.filter((one) => one.pool === pool.pool).map(({ address }) => address);
  return `${pool.pool}: gives ${given.join(' and ')}${usage === '' ? '' : ` (${usage})`}`;
}

function endpointsLine({ endpoints: { anywhere, nodes } }: ExplainReport): string {
  if (!anywhere) return 'none is ready';
  if (nodes.length === 0) return 'ready, on no node of the cluster (made by hand)';
  const more = nodes.length > maxShown ? ` and ${nodes.length - maxShown} more nodes` : '';
  return `ready on ${nodes.slice(0, maxShown).join(', ')}${more}`;
}

/** Those that apply come first. */
function advertisementLines({ advertisements, addresses }: ExplainReport, style: Style): readonly string[] {
  if (addresses.length === 0) return [];
  if (advertisements.length === 0) return ['by none: there is no L2Advertisement'];
  return advertisements
    .toSorted((a, b) => Number(b.applies) - Number(a.applies))
    .map(({ name, applies, text }) => (applies ? `by ${name}: ${text}` : style.dim(`not by ${name}: ${text}`)));
}

function groupRows(group: ExplainedGroup, report: ExplainReport, { style }: TextOptions): readonly Row[] {
  const several = report.groups.length > 1;
  const title = several ? `Nodes for ${group.addresses.join(' and ')}` : 'Nodes';
  return [
    ...rowsOf(title, nodeLines(group.nodes, style)),
    ...rowsOf('Owner', ownerLines(group)),
    ...(group.movesWith.length === 0 ? [] : rowsOf('Moves with', shortened(group.movesWith))),
  ];
}

/** Candidates by rank; of the others, those with one reason together. */
function nodeLines(nodes: readonly ExplainedNode[], style: Style): readonly string[] {
  const ranked = nodes.filter(({ rank }) => rank !== undefined);
  const cells = ranked.map(({ node, rank, score, reason, text }) => {
    const preference = score === 0 ? '' : ` (preference ${score})`;
    return [`${rank}.`, reason === 'owner' ? style.good(node) : node, `${text}${preference}`];
  });
  const byReason = Map.groupBy(
    nodes.filter(({ rank }) => rank === undefined),
    ({ reason, text }) => `${reason}: ${text}`,
  );
  const others = [...byReason].map(([why, those]) => ['-', listed(those.map(({ node }) => node)), style.dim(why)]);
  return columns([...shortenedCells(cells), ...others]);
}

function shortenedCells(cells: readonly Row[]): readonly Row[] {
  if (cells.length <= maxShown) return cells;
  return [...cells.slice(0, maxShown - 1), ['', `and ${cells.length - maxShown + 1} more`]];
}

function listed(nodes: readonly string[]): string {
  if (nodes.length <= 3) return nodes.join(', ');
  return `${nodes.slice(0, 2).join(', ')} and ${nodes.length - 2} more`;
}

function ownerLines({ owner, nodes, addresses }: ExplainedGroup): readonly string[] {
  const { node, interfaces, macs, takeover, decided } = owner;
  if (node === undefined) return decided === undefined ? [] : [`nobody says so; ${decided} should announce it`];
  const where = interfaces.length === 0 ? '' : ` on ${interfaces.join(', ')}`;
  const mac = macs.length === 0 ? '' : ` (MAC ${macs.join(' or ')})`;
  const rank = nodes.find((one) => one.node === node)?.rank;
  if (rank === undefined) return [`${node} announced it last${decided === undefined ? '' : `; ${decided} is due to`}`];
  const lines = [`${node} answers for ${addresses.join(' and ')}${where}${mac}`];
  if (takeover !== undefined) lines.push(`it took over ${takeover}`);
  if (decided !== undefined && decided !== node) lines.push(`${decided} is about to take over`);
  else if (rank > 1) lines.push(`it ranks ${rank}, and keeps it: a better rank alone moves no address`);
  return lines;
}

function conflictLines({ conflicts }: ExplainReport, { style, nowMs }: TextOptions): readonly string[] {
  return conflicts.map(({ message, at }) => `${style.bad(message)} (${ageText(nowMs - (parseTime(at) ?? nowMs))} ago)`);
}

function conditionLines({ conditions }: ExplainReport, style: Style): readonly string[] {
  return columns(
    conditions.map(({ type, status, reason, message }) => {
      const wrong = type === 'herald/StrictARPRequired' ? status === 'True' : status === 'False';
      return [type, wrong ? style.bad(status) : status, reason, message];
    }),
  );
}
