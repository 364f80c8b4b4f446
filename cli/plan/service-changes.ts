import type { Assignment, Decision } from '../../controller/allocator/decision.ts';
import { lossText, refusalText } from '../../controller/allocator/reason-text.ts';
import type { ObjectKey } from '../../shared/api/object-meta.ts';
import { formatAddress, sameAddress } from '../../shared/net/address.ts';
import type { Prediction } from './predicted-decisions.ts';

/**
 * `keeps`: all its addresses, and nothing new; `moves`: another address for one that it had; `loses`, `gains`: less or
 * more than it had; `waits`: it has none, and gets none.
 */
export const serviceChangeKinds = ['keeps', 'moves', 'loses', 'gains', 'waits'] as const;
export type ServiceChangeKind = (typeof serviceChangeKinds)[number];

export interface PlannedAddress {
  readonly address: string;
  readonly pool: string;
}

export interface ServiceChange {
  /** `namespace/name`. */
  readonly service: ObjectKey;
  readonly change: ServiceChangeKind;
  readonly from: readonly PlannedAddress[];
  readonly to: readonly PlannedAddress[];
  /** '' where nothing changes. */
  readonly reason: string;
}

/** What becomes of each Service of ours, by key. */
export function serviceChanges({ before, after }: Prediction): readonly ServiceChange[] {
  return [...after]
    .map(([service, decision]) => serviceChange(service, before.get(service), decision))
    .sort((a, b) => (a.service < b.service ? -1 : 1));
}

function serviceChange(service: ObjectKey, before: Decision | undefined, after: Decision): ServiceChange {
  const had = before?.assignments ?? [];
  const has = after.assignments;
  const lost = had.filter((one) => !includes(has, one));
  const gained = has.filter((one) => !includes(had, one));
  return {
    service,
    change: kindOf(has, lost, gained),
    from: had.map(plannedAddress),
    to: has.map(plannedAddress),
    reason: reasonOf(after, lost, gained, had),
  };
}

function kindOf(
  has: readonly Assignment[],
  lost: readonly Assignment[],
  gained: readonly Assignment[],
): ServiceChangeKind {
  if (lost.length > 0) return gained.length > 0 ? 'moves' : 'loses';
  if (gained.length > 0) return 'gains';
  return has.length > 0 ? 'keeps' : 'waits';
}

function reasonOf(
  after: Decision,
  lost: readonly Assignment[],
  gained: readonly Assignment[],
  had: readonly Assignment[],
): string {
  const parts = lost.map((one) => {
    const loss = after.lost.find(({ address }) => sameAddress(address, one.address));
    return `${formatAddress(one.address)}: ${loss === undefined ? 'given back' : lossText(loss.reason)}`;
  });
  const renamed = after.assignments.filter((one) =>
    had.some(({ address, pool }) => sameAddress(address, one.address) && pool !== one.pool),
  );
  parts.push(...renamed.map(({ address, pool }) => `${formatAddress(address)}: now of pool ${pool}`));
  if (after.refusal !== undefined) parts.push(refusalText(after.refusal));
  else if (gained.length > 0 && lost.length === 0) parts.push(`pool ${gained[0]?.pool} can serve it`);
  return parts.join('; ');
}

function includes(list: readonly Assignment[], one: Assignment): boolean {
  return list.some(({ address }) => sameAddress(address, one.address));
}

function plannedAddress({ address, pool }: Assignment): PlannedAddress {
  return { address: formatAddress(address), pool };
}
