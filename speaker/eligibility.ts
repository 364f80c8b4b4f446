import type { Node } from '../shared/api/node.ts';
import type { AnnounceReason } from '../shared/api/reasons.ts';
import type { TrafficPolicy } from '../shared/api/service.ts';
import type { Advertisement } from '../shared/config/model.ts';
import type { ServingEndpoints } from './endpoints.ts';
import { judgeNode, type NodeInput, preferenceScore } from './node-verdicts.ts';

/** Which nodes may announce an address on behalf of a Service, and why the others may not. */
export interface Eligibility {
  /** By node: the advertisements that allow it. */
  readonly through: ReadonlyMap<string, readonly Advertisement[]>;
  /** By node: the preferences that it meets, summed. */
  readonly scores: ReadonlyMap<string, number>;
  /** For every other node. */
  readonly reasons: ReadonlyMap<string, AnnounceReason>;
}

export interface EligibilityQuestion {
  readonly pool: string | undefined;
  /** Those of the pool that match the Service. */
  readonly advertisements: readonly Advertisement[];
  readonly policy: TrafficPolicy;
  /** Its group has an IPv4 address: what moves together is refused together. */
  readonly byArp: boolean;
  readonly endpoints: ServingEndpoints;
}

/**
 * From lasting to passing: where no node may announce, the reason of the node that came nearest is the one to tell.
 * The order is that in which the checks are made.
 */
const byNearness: readonly AnnounceReason[] = [
  'poolUnknown',
  'noMatchingAdvertisement',
  'noEndpoints',
  'nodeExcluded',
  'nodeNetworkUnavailable',
  'nodeNotReady',
  'speakerNotAlive',
  'noInterface',
  'noCarrier',
  'strictArpRequired',
  'kubeProxyUnhealthy',
  'noLocalEndpoints',
];

/** The one cause to tell where nobody may announce. */
export function nearestReason(reasons: Iterable<AnnounceReason>): AnnounceReason {
  let nearest: AnnounceReason = 'noMatchingAdvertisement';
  for (const reason of reasons) {
    if (byNearness.indexOf(reason) > byNearness.indexOf(nearest)) nearest = reason;
    if (reason === 'poolUnknown') return reason;
  }
  return nearest;
}

/**
 * Answers for one set of nodes. Most Services ask the same question, so answers are shared: by advertisements, and
 * for `externalTrafficPolicy: Local` by the nodes with endpoints too. BOUNDED by the different questions of one plan.
 */
export class EligibilityTable {
  readonly #nodes: readonly Node[];
  readonly #input: NodeInput;
  readonly #byAdvertisements = new Map<string, Eligibility>();
  readonly #local = new Map<string, Eligibility>();
  readonly #refused = new Map<AnnounceReason, Eligibility>();

  constructor(nodes: readonly Node[], input: NodeInput) {
    this.#nodes = nodes;
    this.#input = input;
  }

  answer({ pool, advertisements, policy, byArp, endpoints }: EligibilityQuestion): Eligibility {
    if (pool === undefined) return this.#refuse('poolUnknown');
    if (advertisements.length === 0) return this.#refuse('noMatchingAdvertisement');
    if (!endpoints.anywhere) return this.#refuse('noEndpoints');
    const key = `${byArp ? 'ARP' : 'NDP'} ${advertisements.map(({ name }) => name).join(' ')}`;
    const anywhere = remember(this.#byAdvertisements, key, () => this.#judge(advertisements, byArp));
    if (policy === 'Cluster') return anywhere;
    const localKey = `${key}\n${[...endpoints.nodes].sort().join(' ')}`;
    return remember(this.#local, localKey, () => onlyLocal(anywhere, endpoints.nodes));
  }

  #judge(advertisements: readonly Advertisement[], byArp: boolean): Eligibility {
    const through = new Map<string, readonly Advertisement[]>();
    const scores = new Map<string, number>();
    const reasons = new Map<string, AnnounceReason>();
    for (const node of this.#nodes) {
      const verdict = judgeNode(node, advertisements, { ...this.#input, byArp });
      if (verdict.eligible) {
        through.set(node.meta.name, verdict.through);
        scores.set(node.meta.name, preferenceScore(node, verdict.through));
      } else reasons.set(node.meta.name, verdict.reason);
    }
    return { through, scores, reasons };
  }

  #refuse(reason: AnnounceReason): Eligibility {
    return remember(this.#refused, reason, () => ({
      through: new Map(),
      scores: new Map(),
      reasons: new Map(this.#nodes.map((node) => [node.meta.name, reason])),
    }));
  }
}

function onlyLocal(anywhere: Eligibility, local: ReadonlySet<string>): Eligibility {
  const through = new Map<string, readonly Advertisement[]>();
  const scores = new Map<string, number>();
  const reasons = new Map(anywhere.reasons);
  for (const [node, advertisements] of anywhere.through) {
    if (local.has(node)) {
      through.set(node, advertisements);
      scores.set(node, anywhere.scores.get(node) ?? 0);
    } else reasons.set(node, 'noLocalEndpoints');
  }
  return { through, scores, reasons };
}

function remember<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
