import type { JsonObject } from '../../shared/api/json.ts';
import { leaseResource } from '../../shared/api/lease.ts';
import { apiVersionOf } from '../../shared/api/resource-type.ts';
import { leaseSpecJson } from '../../shared/kube/lease-spec.ts';
import { renewIntervalMs, speakerLeaseName } from './membership.ts';
import { encodeSpeakerFacts, type SpeakerFacts } from './speaker-facts.ts';

/** How the Leases of speakers are found among others. */
export const speakerLeaseLabels = { 'app.kubernetes.io/component': 'speaker' } as const;
export const speakerLeaseSelector = 'app.kubernetes.io/component=speaker';

export interface SpeakerLeaseContent {
  readonly namespace: string;
  readonly node: string;
  /** Speakers with a Lease. */
  readonly speakers: number;
  readonly facts: SpeakerFacts;
  /** Unix ms. */
  readonly startedMs: number;
  readonly nowMs: number;
}

/** The Lease as a merge patch: it is this speaker's alone, so nothing guards it. */
export function leasePatch(content: SpeakerLeaseContent): JsonObject {
  return {
    metadata: { labels: speakerLeaseLabels, annotations: encodeSpeakerFacts(content.facts) },
    spec: specOf(content),
  };
}

/** Takes the holder out of a Lease that was seen to expire in that version: it says that its speaker is gone. */
export function releasePatch(resourceVersion: string): JsonObject {
  return { metadata: { resourceVersion }, spec: { holderIdentity: '' } };
}

/** The Lease to create. */
export function leaseObject(content: SpeakerLeaseContent): JsonObject {
  const annotations = Object.entries(encodeSpeakerFacts(content.facts)).filter(([, value]) => value !== null);
  return {
    apiVersion: apiVersionOf(leaseResource),
    kind: leaseResource.kind,
    metadata: {
      namespace: content.namespace,
      name: speakerLeaseName(content.node),
      labels: speakerLeaseLabels,
      annotations: Object.fromEntries(annotations),
    },
    spec: specOf(content),
  };
}

function specOf({ node, speakers, startedMs, nowMs }: SpeakerLeaseContent): JsonObject {
  return leaseSpecJson({
    holderIdentity: node,
    // Three renewals long.
    leaseDurationSeconds: (3 * renewIntervalMs(speakers)) / 1000,
    acquireMs: startedMs,
    renewMs: nowMs,
    leaseTransitions: 0,
  });
}
