import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { AnnounceReason } from '../../shared/api/reasons.ts';

/** Why a Service is not served, where no reason of controller or speakers says it. */
export const ownCauses = [
  'notLoadBalancer',
  'otherClass',
  'headless',
  'deleting',
  'configUnusable',
  'notWritten',
  'notReported',
  'ownerGone',
] as const;
export type OwnCause = (typeof ownCauses)[number];

/** The link at which the chain from spec to wire ends. */
export interface Cause {
  /** One of `ownCauses`, an `AnnounceReason`, or the reason of an event about allocation. */
  readonly reason: string;
  readonly text: string;
  readonly remedy: string;
}

export interface ExplainedWish {
  readonly loadBalancerClass: string | undefined;
  readonly families: readonly string[];
  readonly ipFamilyPolicy: string;
  readonly externalTrafficPolicy: string;
  /** By annotation. */
  readonly pool: string | undefined;
  /** By annotation or `spec.loadBalancerIP`. */
  readonly addresses: readonly string[];
  readonly sharingKey: string | undefined;
}

export interface ExplainedAddress {
  readonly address: string;
  readonly pool: string;
  /** It stands in the Service's status. */
  readonly written: boolean;
  readonly why: 'requested' | 'shared' | 'lowestFree' | 'kept';
  readonly text: string;
}

export interface ExplainedPool {
  readonly pool: string;
  /** `gives`: the Service has an address of it. */
  readonly gives: boolean;
  /** Why the Service has none of it: a reason of the allocator's, `comesLater`, `notRequested` or `notNeeded`. */
  readonly reason: string | undefined;
  readonly text: string;
  readonly usage: readonly { readonly family: string; readonly inUse: string; readonly of: string }[];
}

export interface ExplainedAdvertisement {
  readonly name: string;
  readonly applies: boolean;
  readonly reason: 'poolNotSelected' | 'serviceNotSelected' | undefined;
  readonly text: string;
}

export interface ExplainedNode {
  readonly node: string;
  /** From 1, of those that may announce it. */
  readonly rank: number | undefined;
  /** Preferences of advertisements that it meets, summed. */
  readonly score: number;
  readonly reason: AnnounceReason;
  readonly text: string;
}

export interface ExplainedOwner {
  /** As it says itself; undefined where nobody says so. */
  readonly node: string | undefined;
  /** RFC 3339. */
  readonly since: string | undefined;
  readonly interfaces: readonly string[];
  /** Those of its node. */
  readonly macs: readonly string[];
  /** Why it took over, and from whom; undefined where nobody had it before, or that was long ago. */
  readonly takeover: string | undefined;
  /** Who holds it once the speakers have agreed. */
  readonly decided: string | undefined;
}

/** Another machine that claims an address of the Service. */
export interface ExplainedConflict {
  readonly message: string;
  /** RFC 3339. */
  readonly at: string;
}

/** Addresses that one node answers for, all of them. */
export interface ExplainedGroup {
  readonly addresses: readonly string[];
  /** Others that move with it. */
  readonly movesWith: readonly ObjectKey[];
  readonly nodes: readonly ExplainedNode[];
  readonly owner: ExplainedOwner;
}

export interface ExplainedCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly since: string;
}

/** The chain from a Service's spec to the wire, with the reason at each link. */
export interface ExplainReport {
  /** `namespace/name`. */
  readonly service: ObjectKey;
  readonly served: boolean;
  readonly cause: Cause | undefined;
  readonly wish: ExplainedWish;
  readonly addresses: readonly ExplainedAddress[];
  readonly pools: readonly ExplainedPool[];
  readonly endpoints: { readonly anywhere: boolean; readonly nodes: readonly string[] };
  readonly advertisements: readonly ExplainedAdvertisement[];
  readonly groups: readonly ExplainedGroup[];
  /** Of the last minutes. */
  readonly conflicts: readonly ExplainedConflict[];
  readonly conditions: readonly ExplainedCondition[];
  /** What else there is to know: requests that were refused, what could not be read. */
  readonly notes: readonly string[];
}
