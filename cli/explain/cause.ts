import { refusalReason } from '../../controller/allocated-verdict.ts';
import type { Decision } from '../../controller/allocator/decision.ts';
import { refusalText } from '../../controller/allocator/reason-text.ts';
import type { Service } from '../../shared/api/service.ts';
import { serviceL2StatusResource } from '../../shared/api/service-l2-status.ts';
import type { UnannouncedAddress } from '../../speaker/plan.ts';
import type { Decided } from '../decisions/decided.ts';
import { isMember } from '../decisions/speakers.ts';
import { type RemedyPlace, refusalRemedy } from './allocation-remedies.ts';
import { announceCauseText, announceRemedy } from './announcement-remedies.ts';
import type { Cause, ExplainedAddress, ExplainedGroup, OwnCause } from './explain-report.ts';

export interface Chain {
  readonly service: Service;
  readonly decision: Decision | undefined;
  readonly addresses: readonly Pick<ExplainedAddress, 'address' | 'pool' | 'written'>[];
  readonly unannounced: readonly UnannouncedAddress[];
  readonly groups: readonly ExplainedGroup[];
}

/** The first link of the chain that does not hold; undefined where the Service is served. */
export function causeOf(chain: Chain, decided: Decided, place: RemedyPlace): Cause | undefined {
  return notOurs(chain.service, decided, place) ?? noAddress(chain, decided, place) ?? notServed(chain, decided, place);
}

/** What advice about the Service names. */
export function remedyPlace({ meta: { namespace, name } }: Service, { cluster, config }: Decided): RemedyPlace {
  return {
    namespace,
    name,
    heraldNamespace: cluster.namespace,
    configMapName: cluster.installation.configMapName,
    source: config?.source ?? 'none',
  };
}

function notOurs(service: Service, { cluster }: Decided, { name, namespace }: RemedyPlace): Cause | undefined {
  const { type, loadBalancerClass, clusterIPs, meta } = service;
  const serves = cluster.installation.loadBalancerClass;
  if (type !== 'LoadBalancer') {
    const patch = `kubectl patch service ${name} -n ${namespace} -p '{"spec":{"type":"LoadBalancer"}}'`;
    return own('notLoadBalancer', `it is of type ${type}; only type LoadBalancer gets an address`, patch);
  }
  if (loadBalancerClass !== serves) {
    const has = loadBalancerClass === undefined ? 'no loadBalancerClass' : `loadBalancerClass ${loadBalancerClass}`;
    const wanted = serves === undefined ? 'those without one' : `those of class ${serves}`;
    const remedy = `create it anew ${serves === undefined ? 'without loadBalancerClass' : `with loadBalancerClass: ${serves}`}: the field can not be changed`;
    const { controller, speaker } = cluster.installation;
    const assumed = controller === undefined && speaker === undefined;
    const unless = assumed ? ' (so far as is known: no Deployment of it was found; --lb-class says it)' : '';
    return own('otherClass', `it has ${has}, and Herald serves ${wanted}${unless}`, remedy);
  }
  if (meta.deleting) return own('deleting', 'it is being deleted', 'nothing; its finalizers end it');
  if (clusterIPs.length > 0) return undefined;
  return own('headless', 'it has no cluster IP', 'create it anew without clusterIP: None');
}

function noAddress({ decision, addresses }: Chain, decided: Decided, place: RemedyPlace): Cause | undefined {
  const { heraldNamespace } = place;
  if (decided.config === undefined || decision === undefined) {
    const [finding] = decided.findings;
    const text = finding?.message ?? 'the configuration can not be used';
    return own('configUnusable', text, `correct it: kubectl get configurationstates -n ${heraldNamespace} -o yaml`);
  }
  const { refusal } = decision;
  if (addresses.length === 0) {
    if (refusal === undefined) return own('notWritten', 'nothing was decided yet', controllerAdvice(heraldNamespace));
    return { reason: refusalReason(refusal), text: refusalText(refusal), remedy: refusalRemedy(refusal, place) };
  }
  const missing = addresses.filter(({ written }) => !written);
  if (missing.length === 0) return undefined;
  const what = missing.map(({ address, pool }) => `${address} from pool ${pool}`).join(' and ');
  const text = `${what} is due to it, and no controller has written that into its status`;
  return own('notWritten', text, controllerAdvice(heraldNamespace));
}

function notServed({ unannounced, groups }: Chain, decided: Decided, place: RemedyPlace): Cause | undefined {
  const [first] = unannounced;
  if (first !== undefined) {
    const { cause, ip, reasons } = first;
    const nodes = [...reasons].filter(([, reason]) => reason === cause).map(([node]) => node);
    const text = `no node may announce ${ip}: ${cause} (${announceCauseText(cause)})`;
    return { reason: cause, text, remedy: announceRemedy(cause, nodes.sort(), place) };
  }
  for (const group of groups) {
    const cause = notHeld(group, decided, place);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

function notHeld(group: ExplainedGroup, { speakers, cluster }: Decided, place: RemedyPlace): Cause | undefined {
  // Who says it holds what is not known.
  if (cluster.unreadable.some(({ resource }) => resource === serviceL2StatusResource.plural)) return undefined;
  const { node, decided } = group.owner;
  const [address] = group.addresses;
  const advice = `wait a moment; then see the speaker's log on ${decided}: kubectl logs -n ${place.heraldNamespace} -l app.kubernetes.io/component=speaker --prefix`;
  if (node === undefined)
    return own('notReported', `no node says that it announces ${address}; ${decided} should`, advice);
  const state = speakers.get(node)?.state;
  const candidate = group.nodes.some((one) => one.node === node && one.rank !== undefined);
  if (candidate && state !== undefined && isMember(state)) return undefined;
  const why = group.nodes.find((one) => one.node === node)?.reason ?? 'speakerNotAlive';
  const text = `${node} announced ${address} and may no longer: ${why} (${announceCauseText(why)}); ${decided} should take over`;
  return own('ownerGone', text, advice);
}

function controllerAdvice(namespace: string): string {
  return `wait a moment; then see the controllers' Pods: kubectl get pods -n ${namespace} -l app.kubernetes.io/component=controller`;
}

function own(reason: OwnCause, text: string, remedy: string): Cause {
  return { reason, text, remedy };
}
