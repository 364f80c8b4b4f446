import type { JsonObject } from '../api/json.ts';

/** metav1.MicroTime: RFC 3339 with six digits of fraction. */
function microTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('Z', '000Z');
}

/** `spec` of a coordination.k8s.io/v1 Lease, to be written. Times are Unix ms. */
export interface LeaseSpec {
  /** '' for a lease that was given back. */
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly acquireMs: number;
  readonly renewMs: number;
  readonly leaseTransitions: number;
}

export function leaseSpecJson(spec: LeaseSpec): JsonObject {
  return {
    holderIdentity: spec.holderIdentity,
    leaseDurationSeconds: spec.leaseDurationSeconds,
    acquireTime: microTime(spec.acquireMs),
    renewTime: microTime(spec.renewMs),
    leaseTransitions: spec.leaseTransitions,
  };
}
