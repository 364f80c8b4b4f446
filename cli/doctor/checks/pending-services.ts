import { allocatedVerdict } from '../../../controller/allocated-verdict.ts';
import type { Decision } from '../../../controller/allocator/decision.ts';
import { refusalText } from '../../../controller/allocator/reason-text.ts';
import { keyOf } from '../../../shared/api/object-meta.ts';
import type { Service } from '../../../shared/api/service.ts';
import { formatAddress } from '../../../shared/net/address.ts';
import { type Check, type Severity, someOf, type Trouble } from '../check.ts';
import type { Examination } from '../examination.ts';
import { graceMs, waitsForRoom } from '../waiting-services.ts';

interface Cause {
  readonly severity: Severity;
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

export const pendingServicesCheck: Check = {
  name: 'pending-services',
  about: 'Services of type LoadBalancer have the addresses that they ask for',
  needs: ['services', 'ipaddresspools', 'configmaps', 'namespaces'],
  find: (examination) => {
    const { services, decisions, cluster } = examination;
    const byCause = new Map<string, { readonly cause: Cause; readonly services: string[] }>();
    for (const service of services) {
      const decision = decisions.get(keyOf(service.meta));
      const isNew = cluster.nowMs - service.meta.createdMs < graceMs;
      const cause = decision === undefined || isNew ? undefined : causeOf(service, decision, examination);
      if (cause === undefined) continue;
      const key = `${cause.what} ${cause.why}`;
      const known = byCause.get(key);
      if (known === undefined) byCause.set(key, { cause, services: [keyOf(service.meta)] });
      else known.services.push(keyOf(service.meta));
    }
    return [...byCause.values()].map(troubleOf);
  },
};

function troubleOf({ cause, services }: { readonly cause: Cause; readonly services: readonly string[] }): Trouble {
  return {
    severity: cause.severity,
    message: `${someOf(services)}: ${cause.what}: ${cause.why}`,
    remedy: cause.remedy,
    objects: services.map((key) => `Service ${key}`),
  };
}

function causeOf(service: Service, decision: Decision, { pools, leads }: Examination): Cause | undefined {
  const { refusal, assignments } = decision;
  if (refusal === undefined) return leads ? notWritten(service, decision) : undefined;
  // Told once: with the pools, where it is said that there is none, or with the machine that has the address.
  if (waitsForRoom(decision) || isUsedByOthers(decision) || pools.length === 0) return undefined;
  const why = refusalText(refusal);
  if (assignments.length > 0) {
    const kept = assignments.map(({ address }) => formatAddress(address)).join(' and ');
    return {
      severity: 'warn',
      what: `keeps ${kept}, and can not have what it asks for`,
      why,
      remedy: remedyOf(decision),
    };
  }
  return { severity: 'fail', what: 'no address', why, remedy: remedyOf(decision) };
}

function isUsedByOthers({ refusal }: Decision): boolean {
  return refusal?.reason === 'addressesRefused' && refusal.addresses.every(({ reason }) => reason === 'usedByOthers');
}

/** The controller leads, and there is something to give: it should have been written by now. */
function notWritten(service: Service, decision: Decision): Cause | undefined {
  if (decision.assignments.length === 0 || service.ingress.length > 0) return undefined;
  const addresses = decision.assignments.map(({ address }) => formatAddress(address)).join(' and ');
  return {
    severity: 'fail',
    what: 'no address',
    why: `${addresses} could be given, but the controller has not written it`,
    remedy: 'look at the log of the controller that leads, for errors in writing to Services',
  };
}

function remedyOf(decision: Decision): string {
  switch (decision.refusal?.reason) {
    case 'unreadableRequest':
      return 'correct the request on the Service: spec.loadBalancerIP, or its annotations under metallb.io/';
    case 'addressesRefused':
      return 'ask for another address, or put this one into a pool that serves the Service';
    default:
      return `widen a pool to serve it, or change the Service (condition: ${allocatedVerdict(decision).reason})`;
  }
}
