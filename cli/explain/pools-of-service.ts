import type { Decision, PassedOver } from '../../controller/allocator/decision.ts';
import type { PoolSpace } from '../../controller/allocator/pool.ts';
import { poolReasonText } from '../../controller/allocator/reason-text.ts';
import type { AllocationRequest } from '../../controller/allocator/request.ts';
import { whyNotAllowed } from '../../controller/allocator/selection.ts';
import type { Labels } from '../../shared/api/label-selector.ts';
import type { Pool } from '../../shared/config/model.ts';
import { formatAddress } from '../../shared/net/address.ts';
import type { ExplainedPool } from './explain-report.ts';

export interface PoolsInput {
  readonly request: AllocationRequest;
  readonly decision: Decision;
  /** What the Service would be given if it had nothing, and all others what they have. */
  readonly anew: Decision;
  /** In the order in which they are tried. */
  readonly pools: readonly PoolSpace[];
  readonly setAside: ReadonlySet<string>;
  readonly namespaceLabels: (namespace: string) => Labels;
}

/** Every pool: whether the Service has an address of it, and why not. */
export function poolsOfService(input: PoolsInput): readonly ExplainedPool[] {
  const { decision, anew, pools, setAside } = input;
  const giving = new Set(decision.assignments.map(({ pool }) => pool));
  const refusals = [decision, anew].flatMap(({ refusal }) => (refusal?.reason === 'poolsRefused' ? refusal.pools : []));
  const passedOver = [...refusals, ...anew.passedOver, ...decision.passedOver];
  const today = new Set(anew.assignments.map(({ pool }) => pool));
  const first = pools.find(({ pool }) => (today.size > 0 ? today : giving).has(pool.name))?.pool;
  const usable = pools.map((space): ExplainedPool => {
    const { name } = space.pool;
    const common = { pool: name, usage: usageOf(space) };
    if (giving.has(name)) return { ...common, gives: true, reason: undefined, text: '' };
    const why = passedOver.find(({ pool }) => pool === name) ?? notAllowed(space.pool, input);
    const { reason, text } = why === undefined ? notChosen(space.pool, first, input) : told(why);
    return { ...common, gives: false, reason, text };
  });
  const unusable = [...setAside].sort().map((pool): ExplainedPool => {
    const reason = 'poolSetAside' as const;
    return { pool, usage: [], gives: giving.has(pool), reason, text: poolReasonText({ reason }) };
  });
  return [...usable, ...unusable];
}

interface Why {
  readonly reason: string;
  readonly text: string;
}

function told(passedOver: PassedOver): Why {
  return { reason: passedOver.reason, text: poolReasonText(passedOver) };
}

function notAllowed(pool: Pool, { request, namespaceLabels }: PoolsInput): PassedOver | undefined {
  const reason = whyNotAllowed(pool, request, namespaceLabels);
  return reason && { pool: pool.name, ...reason };
}

function notChosen(pool: Pool, first: Pool | undefined, { request }: PoolsInput): Why {
  if (request.addresses.length > 0) {
    return {
      reason: 'notRequested',
      text: `the Service asks for ${request.addresses.map(formatAddress).join(' and ')}`,
    };
  }
  if (request.pool !== undefined) return { reason: 'notRequested', text: `the Service asks for pool ${request.pool}` };
  if (first === undefined) return { reason: 'notNeeded', text: 'not asked: what the Service wants can not be read' };
  if (pool === first) return { reason: 'comesLater', text: 'comes first today, but the Service keeps what it has' };
  return { reason: 'comesLater', text: `comes after ${first.name}: ${order(first, pool)}` };
}

/** Why one is tried before the other (`inOrderOfTrial`). */
function order(first: Pool, later: Pool): string {
  if (first.allocation === undefined) return 'by name';
  if (later.allocation === undefined) return `${first.name} is for chosen Services (serviceAllocation)`;
  const [one, other] = [first.allocation.priority, later.allocation.priority];
  return one === other ? 'same priority, so by name' : `priority ${one} is before ${other === 0 ? 'none' : other}`;
}

function usageOf(space: PoolSpace): ExplainedPool['usage'] {
  return (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const { inUse, of } = space.usage(family);
    return of === 0n ? [] : [{ family, inUse: String(inUse), of: String(of) }];
  });
}
