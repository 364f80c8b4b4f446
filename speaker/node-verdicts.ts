import { anySelectorMatches, selectorMatches } from '../shared/api/label-selector.ts';
import type { Node } from '../shared/api/node.ts';
import type { AnnounceReason } from '../shared/api/reasons.ts';
import type { Advertisement } from '../shared/config/model.ts';
import { serves } from './interfaces.ts';
import type { SpeakerFacts } from './membership/speaker-facts.ts';

/** Types of a Node's conditions that are looked at here. */
export const planConditions: readonly string[] = ['Ready', 'NetworkUnavailable'];
const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';
const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

/** May a node announce what these advertisements cover? If so, through which of them. */
export type NodeVerdict =
  | { readonly eligible: true; readonly through: readonly Advertisement[] }
  | { readonly eligible: false; readonly reason: AnnounceReason };

export interface NodeInput {
  /** Members, by node. */
  readonly speakers: ReadonlyMap<string, SpeakerFacts>;
  /** Nodes with the label `node.kubernetes.io/exclude-from-external-load-balancers` may announce all the same. */
  readonly ignoreExcludeLabel: boolean;
}

export interface NodeQuestion extends NodeInput {
  /** Is an IPv4 address among those to announce? */
  readonly byArp: boolean;
}

/** Decides for a node; the reason is the first that stands in its way, from lasting to passing ones. */
export function judgeNode(node: Node, advertisements: readonly Advertisement[], input: NodeQuestion): NodeVerdict {
  const matching = advertisements.filter((advertisement) =>
    anySelectorMatches(advertisement.nodeSelectors, node.meta.labels),
  );
  if (matching.length === 0) return refuse('noMatchingAdvertisement');
  if (!input.ignoreExcludeLabel && node.meta.labels[excludeLabel] !== undefined) return refuse('nodeExcluded');
  if (conditionIs(node, 'NetworkUnavailable', 'True')) return refuse('nodeNetworkUnavailable');
  const speaker = input.speakers.get(node.meta.name);
  // A node that is not ready but whose speaker is heard goes on: kubelet alone is in trouble.
  if (speaker === undefined) return refuse(conditionIs(node, 'Ready', 'True') ? 'speakerNotAlive' : 'nodeNotReady');
  return judgeSpeaker(speaker, matching, input.byArp);
}

/** Sum of the weights of all preferences that the node meets. */
export function preferenceScore(node: Node, advertisements: Iterable<Advertisement>): number {
  let score = 0;
  for (const { preferredNodes } of advertisements) {
    for (const { weight, preference } of preferredNodes) {
      if (selectorMatches(preference, node.meta.labels)) score += weight;
    }
  }
  return score;
}

/**
 * Why a node is passed over as long as another candidate remains: it is being emptied, or its kube-proxy fails. Where
 * kube-proxy fails everywhere, its rules are still in the kernels, and a node that may forward is better than none.
 */
export function yieldReason(node: Node, speaker: SpeakerFacts | undefined): AnnounceReason | undefined {
  if (speaker?.leaving === true) return 'speakerNotAlive';
  const outOfService = node.taints.some(({ key }) => key === outOfServiceTaint);
  if (node.unschedulable && outOfService) return 'nodeExcluded';
  return speaker?.kubeProxyUnhealthy === true ? 'kubeProxyUnhealthy' : undefined;
}

function judgeSpeaker(speaker: SpeakerFacts, matching: readonly Advertisement[], byArp: boolean): NodeVerdict {
  const through = matching.filter(({ interfaces }) =>
    speaker.interfaces.some((candidate) => serves(interfaces, candidate)),
  );
  if (through.length === 0) return refuse('noInterface');
  const connected = through.some(({ interfaces }) =>
    speaker.interfaces.some((candidate) => candidate.carrier && serves(interfaces, candidate)),
  );
  if (!connected) return refuse('noCarrier');
  if (byArp && speaker.strictArp?.policy === 'refuse') return refuse('strictArpRequired');
  return { eligible: true, through };
}

function refuse(reason: AnnounceReason): NodeVerdict {
  return { eligible: false, reason };
}

function conditionIs(node: Node, type: string, status: string): boolean {
  return node.conditions.some((condition) => condition.type === type && condition.status === status);
}
