import type { PoolSpace } from '../../../controller/allocator/pool.ts';
import { available } from '../../../controller/pool-usage.ts';
import type { IpFamily } from '../../../shared/net/address.ts';
import { type Check, countOf, someOf, type Trouble } from '../check.ts';
import type { Examination } from '../examination.ts';
import { waitingFor } from '../waiting-services.ts';

/** In percent. */
const nearlyFull = 90;
const filling = 75;

export const poolsCheck: Check = {
  name: 'pools',
  about: 'pools have addresses left',
  needs: ['services', 'ipaddresspools', 'configmaps'],
  find: (examination) =>
    examination.pools.flatMap((space) =>
      (['IPv4', 'IPv6'] as const).flatMap((family) => lookAt(space, family, examination)),
    ),
};

function lookAt(space: PoolSpace, family: IpFamily, examination: Examination): readonly Trouble[] {
  const { inUse, of } = space.usage(family);
  if (of === 0n) return [];
  // What other machines use can be given to nobody.
  const taken = of - available(space, family);
  const { name, autoAssign } = space.pool;
  const others = taken > inUse ? `, and ${taken - inUse} by other machines` : '';
  const used = `pool ${name}: ${inUse} of ${of} ${family} addresses are in use${others}`;
  const objects = [`IPAddressPool ${examination.cluster.namespace}/${name}`];
  const remedy = 'add addresses to the pool, or another pool that serves the same Services';
  if (taken === of) {
    const waiting = waitingFor(examination, name, family);
    // A pool whose addresses are only given on request may be as large as what is asked of it.
    if (waiting.length === 0 && !autoAssign) return [];
    const message =
      waiting.length === 0
        ? used
        : `${used}, and ${countOf(waiting.length, 'Service waits', 'Services wait')}: ${someOf(waiting)}`;
    return [{ severity: waiting.length === 0 ? 'warn' : 'fail', message, remedy, objects }];
  }
  const percent = Number((taken * 100n) / of);
  if (!autoAssign || percent < filling) return [];
  const message = `${used} (${percent} %): it is ${percent >= nearlyFull ? 'nearly full' : 'filling up'}`;
  return [{ severity: 'warn', message, remedy, objects }];
}
