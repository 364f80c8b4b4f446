import type { Condition } from '../../shared/api/condition.ts';
import { type AnnounceReason, announceReasonTexts, conditionTypes } from '../../shared/api/reasons.ts';
import type { UnannouncedAddress } from '../plan.ts';

/** Nodes that a message names one by one; the rest is counted. */
const nodesInMessage = 10;

/** What there is to say about a Service's announcement. */
export interface Announced {
  readonly status: 'True' | 'False';
  readonly reason: AnnounceReason;
  readonly message: string;
}

export function announcedBy(node: string, interfaces: readonly string[]): Announced {
  return { status: 'True', reason: 'owner', message: `announced from node ${node} on ${interfaces.join(', ')}` };
}

/** `addresses` is not empty. The cause of the first one is the reason. */
export function notAnnounced(addresses: readonly UnannouncedAddress[]): Announced {
  // Both addresses of a dual-stack Service mostly have one cause.
  const byCause = Map.groupBy(addresses, whyNot);
  const parts = Array.from(
    byCause,
    ([why, some]) => `no node may announce ${some.map(({ ip }) => ip).join(' and ')}: ${why}`,
  );
  return {
    status: 'False',
    reason: addresses[0]?.cause ?? 'noMatchingAdvertisement',
    message: parts.join('; '),
  };
}

export function announcedCondition(conditions: readonly Condition[]): Condition | undefined {
  return conditions.find(({ type }) => type === conditionTypes.announced);
}

export function says(condition: Condition | undefined, announced: Announced): boolean {
  return (
    condition !== undefined &&
    condition.status === announced.status &&
    condition.reason === announced.reason &&
    condition.message === announced.message
  );
}

/** All conditions of the Service, with this one in its place; the others stay as they are. */
export function withAnnounced(
  conditions: readonly Condition[],
  announced: Announced,
  at: { readonly generation: number; readonly wallMs: number },
): readonly Condition[] {
  const before = announcedCondition(conditions);
  const condition: Condition = {
    type: conditionTypes.announced,
    ...announced,
    observedGeneration: at.generation,
    lastTransitionTime:
      before?.status === announced.status
        ? before.lastTransitionTime
        : new Date(at.wallMs).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
  return before === undefined
    ? [...conditions, condition]
    : conditions.map((other) => (other === before ? condition : other));
}

export function withoutAnnounced(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.filter(({ type }) => type !== conditionTypes.announced);
}

function whyNot({ cause, reasons }: UnannouncedAddress): string {
  const text = `${cause} (${announceReasonTexts[cause]})`;
  if ([...reasons.values()].every((reason) => reason === cause)) return text;
  const nodes = [...reasons].sort(([a], [b]) => (a < b ? -1 : 1));
  const named = nodes.slice(0, nodesInMessage).map(([node, reason]) => `${node} ${reason}`);
  const more = nodes.length - named.length;
  return `${text}; ${named.join(', ')}${more > 0 ? ` and ${more} more nodes` : ''}`;
}
