import type { ObjectKey } from '../../shared/api/object-meta.ts';
import { announceReasonTexts } from '../../shared/api/reasons.ts';
import type { ServiceL2Status } from '../../shared/api/service-l2-status.ts';
import { type GroupPlan, verdictOn } from '../../speaker/group-plan.ts';
import { holdersOf } from '../../speaker/holders.ts';
import type { Plan } from '../../speaker/plan.ts';
import type { PlannedOwners } from './planned-owner.ts';

export interface OwnerChange {
  readonly address: string;
  /** `namespace/name`, those that have the address afterwards. */
  readonly services: readonly ObjectKey[];
  /** Undefined: nobody announces it. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly reason: string;
}

export interface OwnerChangesInput {
  readonly before: Plan;
  readonly after: Plan;
  readonly owners: PlannedOwners;
  readonly l2Statuses: readonly ServiceL2Status[];
}

interface Owned {
  readonly group: GroupPlan;
  readonly node: string | undefined;
}

/** Addresses that are announced before and after, or only once, and by whom; of those that some Service keeps. */
export function ownerChanges(input: OwnerChangesInput): readonly OwnerChange[] {
  const { before, after } = input;
  const told = holdersOf(before, input.l2Statuses);
  const groupsBefore = byAddress(before);
  const groupsAfter = byAddress(after);
  const ownerBefore = (ip: string): Owned | undefined => {
    const group = groupsBefore.get(ip);
    return group && { group, node: input.owners.of({ group, holder: told(group), former: undefined }) };
  };
  const toldAfter = holdersOf(after, input.l2Statuses);
  const ownerAfter = (ip: string, was: Owned | undefined): Owned | undefined => {
    const group = groupsAfter.get(ip);
    if (group === undefined) return undefined;
    const holder = was?.node ?? toldAfter(group);
    return { group, node: input.owners.of({ group, holder, former: was?.group }) };
  };
  const kept = keptAddresses(before, after);
  return [...kept].flatMap(([address, services]): readonly OwnerChange[] => {
    const was = ownerBefore(address);
    const is = ownerAfter(address, was);
    if (was?.node === is?.node) return [];
    return [
      { address, services, from: was?.node, to: is?.node, reason: reasonOf(address, services, { was, is, after }) },
    ];
  });
}

/** Whoever is not named in a report is told by the plan: an address nobody reported is with who ranks first. */
function byAddress({ groups }: Plan): ReadonlyMap<string, GroupPlan> {
  return new Map(groups.flatMap((group) => group.ips.map((ip) => [ip, group])));
}

function keptAddresses(before: Plan, after: Plan): ReadonlyMap<string, readonly ObjectKey[]> {
  const had = new Set([...before.services.values()].flatMap(({ ips }) => ips));
  const kept = new Map<string, ObjectKey[]>();
  for (const [key, { ips }] of [...after.services].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const ip of ips) if (had.has(ip)) kept.set(ip, [...(kept.get(ip) ?? []), key]);
  }
  return kept;
}

function reasonOf(
  address: string,
  services: readonly ObjectKey[],
  change: { readonly was: Owned | undefined; readonly is: Owned | undefined; readonly after: Plan },
): string {
  const { was, is, after } = change;
  if (is?.node === undefined) {
    const unannounced = services.flatMap((key) => after.services.get(key)?.unannounced ?? []);
    const cause = unannounced.find(({ ip }) => ip === address)?.cause ?? 'noMatchingAdvertisement';
    return `${cause}: ${announceReasonTexts[cause]}`;
  }
  if (was?.node === undefined) return 'nobody announces it now';
  const verdict = verdictOn(is.group, was.node);
  if (verdict === undefined || verdict === 'notOwner' || verdict === 'owner') return `${is.node} ranks first`;
  return `${was.node}: ${verdict}: ${announceReasonTexts[verdict]}`;
}
