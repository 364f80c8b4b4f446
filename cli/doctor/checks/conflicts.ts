import { foreignUseText } from '../../../controller/allocator/foreign-use.ts';
import { eventReasons } from '../../../shared/api/reasons.ts';
import { formatAddress } from '../../../shared/net/address.ts';
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

/** Probed for before they were announced, and answered by another machine; where one was asked for, its Service waits. */
function addressesInUse({ pools, decisions }: Examination): readonly Trouble[] {
  const asked = [...decisions.values()].flatMap(({ refusal }) =>
    refusal?.reason === 'addressesRefused' ? refusal.addresses.map(({ address }) => formatAddress(address)) : [],
  );
  const uses = pools.flatMap((space) => [...space.foreign('IPv4'), ...space.foreign('IPv6')]);
  return uses
    .map((use) => ({ address: formatAddress(use.address), use }))
    .map(({ address, use }) => ({
      severity: asked.includes(address) ? 'fail' : 'warn',
      message: foreignUseText(use) + (asked.includes(address) ? ': the Service that asks for it waits' : ''),
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
