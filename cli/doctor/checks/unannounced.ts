import { allocatedFromPoolAnnotation } from '../../../shared/api/annotations.ts';
import { keyOf, parseTime } from '../../../shared/api/object-meta.ts';
import { type AnnounceReason, announceReasonTexts, conditionTypes } from '../../../shared/api/reasons.ts';
import type { Service } from '../../../shared/api/service.ts';
import { findCondition } from '../../../shared/api/verdict.ts';
import { poolOf } from '../../../shared/config/pool-of.ts';
import { parseAddress } from '../../../shared/net/address.ts';
import type { ServicePlan, UnannouncedAddress } from '../../../speaker/plan.ts';
import { type Check, someOf, type Trouble } from '../check.ts';
import type { Examination } from '../examination.ts';
import { graceMs } from '../waiting-services.ts';

/** Causes that other checks tell, of the node or its speaker. */
const toldElsewhere: readonly AnnounceReason[] = [
  'nodeNotReady',
  'speakerNotAlive',
  'strictArpRequired',
  'poolUnknown',
];
/** The Service's own affair: no Pod of it runs. */
const ofBackends: readonly AnnounceReason[] = ['noEndpoints', 'noLocalEndpoints'];

export const unannouncedCheck: Check = {
  name: 'unannounced',
  about: 'addresses that are allocated are announced',
  needs: ['services', 'endpointslices', 'nodes', 'leases', 'ipaddresspools', 'l2advertisements', 'configmaps'],
  find: (examination) => [...mayNotBe(examination), ...nobodyTook(examination)],
};

/** Addresses that no node may announce, one finding for each cause and pool. */
function mayNotBe(examination: Examination): readonly Trouble[] {
  const found = new Map<
    string,
    { readonly cause: AnnounceReason; readonly pool: string; readonly services: string[] }
  >();
  for (const { service, unannounced } of examination.plan.services.values()) {
    for (const address of unannounced) {
      const pool = poolNameOf(address, service, examination);
      if (toldElsewhere.includes(address.cause) || hasFinding(pool, examination)) continue;
      const key = `${address.cause} ${pool}`;
      const known = found.get(key) ?? { cause: address.cause, pool, services: [] };
      if (!known.services.includes(keyOf(service.meta))) known.services.push(keyOf(service.meta));
      found.set(key, known);
    }
  }
  return [...found.values()].map(({ cause, pool, services }) => ({
    severity: ofBackends.includes(cause) ? 'warn' : 'fail',
    message: `${someOf(services)}: no node may announce the address of pool ${pool}: ${cause}`,
    remedy: `${announceReasonTexts[cause]} (kubectl herald explain ${services[0]?.split('/')[1]} -n ${services[0]?.split('/')[0]})`,
    objects: services.map((key) => `Service ${key}`),
  }));
}

/** Addresses that a node may announce, and none has said that it does. */
function nobodyTook({ plan, cluster, alive }: Examination): readonly Trouble[] {
  if (alive.size === 0) return [];
  const idle = [...plan.services.values()].filter((one) => isIdle(one, cluster.nowMs));
  if (idle.length === 0) return [];
  const keys = idle.map(({ service }) => keyOf(service.meta));
  const candidate = idle[0]?.groups[0]?.candidates[0] ?? '';
  return [
    {
      severity: 'fail',
      message: `${someOf(keys)}: nobody announces the address, though node ${candidate} may`,
      remedy: `look at the log of the speaker on node ${candidate}, and at its ConfigurationState speaker-${candidate}`,
      objects: keys.map((key) => `Service ${key}`),
    },
  ];
}

function isIdle({ service, groups, unannounced }: ServicePlan, nowMs: number): boolean {
  if (groups.length === 0 || unannounced.length > 0) return false;
  const announced = findCondition(service.conditions, conditionTypes.announced);
  if (announced?.status === 'True') return false;
  const allocated = findCondition(service.conditions, conditionTypes.allocated);
  const times = [announced, allocated].flatMap((condition) => parseTime(condition?.lastTransitionTime) ?? []);
  return nowMs - Math.max(service.meta.createdMs, ...times) >= graceMs;
}

function poolNameOf({ ip }: UnannouncedAddress, service: Service, { config }: Examination): string {
  const address = parseAddress(ip);
  return (address && config && poolOf(config, address, service.meta.annotations[allocatedFromPoolAnnotation])) ?? '';
}

/** The pool, or an advertisement of it, has a finding of its own: that is the cause to mend. */
function hasFinding(pool: string, { config, findings }: Examination): boolean {
  const advertisements = config?.advertisements.filter(({ pools }) => pools.includes(pool)) ?? [];
  const names = new Set(advertisements.map(({ name }) => name));
  return findings.some(
    ({ object, severity }) =>
      severity !== 'notice' &&
      ((object.kind === 'IPAddressPool' && object.name === pool) ||
        (object.kind === 'L2Advertisement' && names.has(object.name))),
  );
}
