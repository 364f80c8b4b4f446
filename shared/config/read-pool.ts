import { type IPAddressPool, ipAddressPoolResource } from '../api/ip-address-pool.ts';
import { readAddresses, readExclusions } from './address-entries.ts';
import type { FindingObject, Problem } from './finding-text.ts';
import type { Pool } from './model.ts';
import { usableCount } from './pool-addresses.ts';
import { repeated, soundSelectors } from './sound-entries.ts';

export interface ReadPool {
  readonly resource: IPAddressPool;
  readonly object: FindingObject;
  /** Undefined where the pool can't be used. */
  readonly pool: Pool | undefined;
  readonly problems: readonly Problem[];
}

/** Reads one IPAddressPool by itself; any error sets it aside, so that no Service loses an address to a typo. */
export function readPool(resource: IPAddressPool): ReadPool {
  const { name, namespace, labels } = resource.meta;
  const addresses = readAddresses(resource.addresses, 'spec.addresses');
  const exclusions = readExclusions(resource.excludeAddresses, 'spec.excludeAddresses', addresses.ranges);
  const pool: Pool = {
    name,
    labels,
    ranges: addresses.ranges,
    excluded: exclusions.ranges,
    autoAssign: resource.autoAssign,
    avoidBuggyIPs: resource.avoidBuggyIPs,
    conflictCheck: resource.conflictCheck,
    allocation: resource.serviceAllocation,
  };
  const problems = [...addresses.problems, ...exclusions.problems, ...checkAllocation(resource)];
  const object = { kind: ipAddressPoolResource.kind, namespace, name };
  if (problems.some((problem) => problem.severity === 'error')) return { resource, object, pool: undefined, problems };
  return { resource, object, pool, problems: [...problems, ...checkUsable(pool)] };
}

function checkAllocation(resource: IPAddressPool): readonly Problem[] {
  const allocation = resource.serviceAllocation;
  if (allocation === undefined) return [];
  const path = 'spec.serviceAllocation';
  return [
    ...repeated(allocation.namespaces, `${path}.namespaces`),
    ...soundSelectors(allocation.namespaceSelectors, `${path}.namespaceSelectors`).problems,
    ...soundSelectors(allocation.serviceSelectors, `${path}.serviceSelectors`).problems,
  ];
}

function checkUsable(pool: Pool): readonly Problem[] {
  if (usableCount(pool, 'IPv4') + usableCount(pool, 'IPv6') > 0n) return [];
  const text = 'excludeAddresses and avoidBuggyIPs leave no address to hand out; add addresses or lift one of them';
  return [{ severity: 'notice', path: 'spec.addresses', text }];
}
