import type { PassedOver, PoolReason, Refusal, RefusedAddress } from '../../controller/allocator/decision.ts';
import type { RequestProblem } from '../../controller/allocator/request.ts';
import type { SharingConflict } from '../../controller/allocator/sharing.ts';
import type { Config } from '../../shared/config/model.ts';
import { formatAddress } from '../../shared/net/address.ts';

/** What advice names. */
export interface RemedyPlace {
  /** Of the Service. */
  readonly namespace: string;
  readonly name: string;
  /** Of the installation. */
  readonly heraldNamespace: string;
  readonly configMapName: string;
  readonly source: Config['source'];
}

/** The pool that takes least to serve comes first. */
const nearestFirst: readonly PoolReason['reason'][] = [
  'exhausted',
  'familyMissing',
  'poolSetAside',
  'unknownPool',
  'serviceNotSelected',
  'namespaceNotAllowed',
  'notAutoAssigned',
];

/** What to do so that a Service that was refused gets an address. */
export function refusalRemedy(refusal: Refusal, place: RemedyPlace): string {
  switch (refusal.reason) {
    case 'unreadableRequest':
      return problemRemedy(refusal.problem, place);
    case 'addressesRefused':
      return refusal.addresses.map((address) => addressRemedy(address, place)).join('; ');
    case 'poolsRefused':
      return poolsRemedy(refusal.pools, place);
  }
}

function poolsRemedy(pools: readonly PassedOver[], place: RemedyPlace): string {
  const nearness = ({ reason }: PassedOver): number => nearestFirst.indexOf(reason);
  const [nearest] = pools.toSorted((a, b) => nearness(a) - nearness(b));
  if (nearest === undefined) {
    return `create an IPAddressPool and an L2Advertisement in namespace ${place.heraldNamespace}`;
  }
  return poolRemedy(nearest.pool, nearest, place);
}

function poolRemedy(pool: string, reason: PoolReason, place: RemedyPlace): string {
  const service = `service ${place.name} -n ${place.namespace}`;
  switch (reason.reason) {
    case 'exhausted':
      return `add addresses to pool ${pool} (${editCommand(pool, place)}), or delete a Service that has one of it`;
    case 'familyMissing':
      return `add ${reason.family} addresses to pool ${pool} (${editCommand(pool, place)})`;
    case 'poolSetAside':
      return `correct pool ${pool}: ${describeCommand(pool, place)} says what is wrong with it`;
    case 'unknownPool':
      return `create pool ${pool}, or name another one: kubectl annotate ${service} --overwrite metallb.io/address-pool=POOL`;
    case 'serviceNotSelected':
      return `give the Service a label that serviceAllocation.serviceSelectors of pool ${pool} selects, or widen those`;
    case 'namespaceNotAllowed':
      return `add ${reason.namespace} to serviceAllocation.namespaces of pool ${pool} (${editCommand(pool, place)})`;
    case 'notAutoAssigned':
      return `ask for pool ${pool}: kubectl annotate ${service} metallb.io/address-pool=${pool}`;
  }
}

function addressRemedy(refused: RefusedAddress, place: RemedyPlace): string {
  const address = formatAddress(refused.address);
  switch (refused.reason) {
    case 'notInAnyPool':
      if (refused.excludedBy !== undefined) {
        return `ask for another address, or give this one in pool ${refused.excludedBy} (${editCommand(refused.excludedBy, place)})`;
      }
      return `ask for an address of a pool, or add ${address} to one`;
    case 'notInRequestedPool':
      return `ask for an address of pool ${refused.pool}, or take away the annotation metallb.io/address-pool`;
    case 'poolRefuses':
      return poolRemedy(refused.pool, refused.because, place);
    case 'usedByOthers':
      return `ask for another address than ${address}, or take it from the machine with the MAC ${refused.use.mac}`;
    case 'addressInUse':
      return `${conflictRemedy(refused.conflict, refused.by)}, or ask for another address than ${address}`;
  }
}

function conflictRemedy(conflict: SharingConflict, other: string): string {
  switch (conflict.reason) {
    case 'sharingKeyDiffers':
      return `give this Service and ${other} the same annotation metallb.io/allow-shared-ip`;
    case 'portTaken':
      return `use another port than ${conflict.port} here or in ${other}`;
    case 'backendsDiffer':
      return `set externalTrafficPolicy: Cluster on this Service and on ${other}`;
  }
}

function problemRemedy(problem: RequestProblem, { namespace, name }: RemedyPlace): string {
  const edit = `kubectl edit service ${name} -n ${namespace}`;
  switch (problem.reason) {
    case 'requestedTwice':
      return `remove spec.loadBalancerIP: ${edit}`;
    case 'unreadableAddress':
      return `write one address per family, comma-separated, in the annotation metallb.io/loadBalancerIPs: ${edit}`;
    case 'twoOfOneFamily':
      return `leave one ${problem.family} address in the annotation metallb.io/loadBalancerIPs: ${edit}`;
    case 'familyNotServed':
      return `ask for an address of ${problem.families.join(' or ')}, or set spec.ipFamilyPolicy: PreferDualStack: ${edit}`;
    case 'onlySomeFamilies':
      return `ask for an ${problem.missing} address too, or set spec.ipFamilyPolicy: PreferDualStack: ${edit}`;
    case 'notEnoughClusterIPs':
      return `use a cluster with both families, or set spec.ipFamilyPolicy: PreferDualStack: ${edit}`;
  }
}

function editCommand(pool: string, { source, heraldNamespace, configMapName }: RemedyPlace): string {
  return source === 'configMap'
    ? `kubectl edit configmap ${configMapName} -n ${heraldNamespace}`
    : `kubectl edit ipaddresspool ${pool} -n ${heraldNamespace}`;
}

function describeCommand(pool: string, { source, heraldNamespace, configMapName }: RemedyPlace): string {
  return source === 'configMap'
    ? `kubectl describe configmap ${configMapName} -n ${heraldNamespace}`
    : `kubectl describe ipaddresspool ${pool} -n ${heraldNamespace}`;
}
