import { type AnnounceReason, announceReasonTexts } from '../../shared/api/reasons.ts';
import type { RemedyPlace } from './allocation-remedies.ts';

/** What is wrong, without the advice that stands behind it for those who read it elsewhere. */
export function announceCauseText(reason: AnnounceReason): string {
  return announceReasonTexts[reason].split('; ')[0] ?? '';
}

/** What to do so that a node may announce the address. `nodes`: those that came nearest. */
export function announceRemedy(reason: AnnounceReason, nodes: readonly string[], place: RemedyPlace): string {
  const { namespace, name, heraldNamespace } = place;
  const node = nodes[0] ?? 'NODE';
  const speakers = `kubectl get pods -n ${heraldNamespace} -l app.kubernetes.io/component=speaker -o wide`;
  switch (reason) {
    case 'noEndpoints':
      return `make its Pods ready: kubectl get endpointslices -n ${namespace} -l kubernetes.io/service-name=${name}`;
    case 'noLocalEndpoints':
      return `run one of its Pods on ${listed(nodes)}, or set externalTrafficPolicy: Cluster`;
    case 'noMatchingAdvertisement':
      return `create an L2Advertisement for the pool, or widen the selectors of one: kubectl get l2advertisements -n ${heraldNamespace} -o yaml`;
    case 'noInterface':
      return `correct the interfaces of the L2Advertisement, or bring one up on ${listed(nodes)}: ip link`;
    case 'nodeExcluded':
      return `kubectl label node ${node} node.kubernetes.io/exclude-from-external-load-balancers-, or kubectl uncordon it`;
    case 'nodeNetworkUnavailable':
      return `see the network plugin's Pod on the node: kubectl describe node ${node}`;
    case 'nodeNotReady':
      return `bring the node back: kubectl describe node ${node}`;
    case 'speakerNotAlive':
      return `see the speakers' Pods: ${speakers}`;
    case 'noCarrier':
      return `look at the cable, the switch port or the bond of ${listed(nodes)}: ip link`;
    case 'strictArpRequired':
      return `kubectl describe node ${node} says the command, in the condition herald/StrictARPRequired`;
    case 'kubeProxyUnhealthy':
      return 'see the Pods of kube-proxy: kubectl get pods -n kube-system -l k8s-app=kube-proxy -o wide';
    case 'poolUnknown':
      return 'put the address back into a pool: the Service keeps it only until the controller has given it another one';
    case 'owner':
    case 'notOwner':
      return 'nothing';
  }
}

function listed(nodes: readonly string[]): string {
  if (nodes.length === 0) return 'a node';
  const shown = nodes.slice(0, 3).join(', ');
  return nodes.length > 3 ? `${shown} or another node` : shown;
}
