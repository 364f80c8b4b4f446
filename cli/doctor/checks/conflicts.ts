import { addressesInUseAnnotation, parseAddressesInUse } from '../../../shared/api/address-in-use.ts';
import { eventReasons } from '../../../shared/api/reasons.ts';
import { nodeOfLease } from '../../../speaker/liveness/membership.ts';
import type { Check, Trouble } from '../check.ts';
import type { Examination } from '../examination.ts';

/** Of a conflict that goes on, the event is repeated every minute; one that is older has been mended. */
const recentMs = 10 * 60_000;

export const conflictsCheck: Check = {
  name: 'conflicts',
  about: 'no other machine uses an address of a Service',
  needs: ['events', 'leases'],
  find: (examination) => [...addressesInUse(examination), ...conflicts(examination)],
};

/** Probed for before they were announced, and answered by another machine. */
function addressesInUse({ alive, facts, cluster }: Examination): readonly Trouble[] {
  const found = new Map<string, { readonly mac: string; readonly where: string }>();
  for (const lease of facts.leases) {
    const node = nodeOfLease(lease);
    if (node === undefined || !alive.has(node)) continue;
    for (const one of parseAddressesInUse(lease.meta.annotations[addressesInUseAnnotation])) {
      if (one.untilMs > cluster.nowMs) found.set(one.address, { mac: one.mac, where: `${one.interface} of ${node}` });
    }
  }
  return [...found].map(([address, { mac, where }]) => ({
    severity: 'warn',
    message: `${address} is in use by another machine (${mac}, seen on ${where}): it is put aside, and tried again later`,
    remedy: `find the machine by its MAC, or put ${address} into the pool's spec.excludeAddresses`,
    objects: [`Address ${address}`],
  }));
}

/** One finding for each Service: the last that was said of it. */
function conflicts({ facts, cluster }: Examination): readonly Trouble[] {
  const last = new Map<string, { readonly message: string; readonly atMs: number }>();
  for (const { reason, regarding, message, lastMs } of facts.events) {
    if (reason !== eventReasons.addressConflict || cluster.nowMs - lastMs > recentMs) continue;
    const key = `${regarding.kind} ${regarding.namespace}/${regarding.name}`;
    if (lastMs >= (last.get(key)?.atMs ?? 0)) last.set(key, { message, atMs: lastMs });
  }
  return [...last].map(([object, { message }]) => ({
    severity: 'fail',
    message: `${object}: ${message}`,
    remedy: 'find the machine by its MAC and give it another address, or exclude the address from the pool',
    objects: [object],
  }));
}
