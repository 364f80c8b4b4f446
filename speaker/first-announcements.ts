import type { ServiceL2Status } from '../shared/api/service-l2-status.ts';
import type { Config } from '../shared/config/model.ts';
import { inPool } from '../shared/config/pool-addresses.ts';
import { parseAddress } from '../shared/net/address.ts';
import type { Plan } from './plan.ts';
import { announcedAddressesOf, serviceOf } from './status/l2-status.ts';

/**
 * Which addresses are to be probed for before they are announced: their pool has `conflictCheck`, and no report says that
 * a node announces them, or did last.
 */
export function toBeChecked(
  config: Config | undefined,
  { services }: Plan,
  reports: Iterable<ServiceL2Status>,
): (ip: string) => boolean {
  const pools = [...(config?.pools.values() ?? [])].filter(({ conflictCheck }) => conflictCheck);
  if (pools.length === 0) return () => false;
  const announced = new Set<string>();
  for (const report of reports) {
    // A report from before this was told stands for all that the Service has.
    const ips = announcedAddressesOf(report) ?? services.get(serviceOf(report))?.ips ?? [];
    if (report.node !== '') for (const ip of ips) announced.add(ip);
  }
  return (ip) => {
    const address = announced.has(ip) ? undefined : parseAddress(ip);
    return address !== undefined && pools.some((pool) => inPool(pool, address));
  };
}
