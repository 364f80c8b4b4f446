import { asObject, readNumber, readObject, readString } from './json.ts';
import { type ObjectMeta, parseMeta, parseTime } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** What Herald uses of a coordination.k8s.io/v1 Lease. Times are Unix ms, by the holder's clock. */
export interface Lease {
  readonly meta: ObjectMeta;
  readonly holderIdentity: string | undefined;
  readonly leaseDurationSeconds: number;
  readonly acquireTimeMs: number | undefined;
  readonly renewTimeMs: number | undefined;
  readonly leaseTransitions: number;
}

export const leaseResource: ResourceType<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  parse: parseLease,
};

function parseLease(json: unknown): Lease {
  const root = asObject(json);
  const spec = readObject(root, 'spec');
  return {
    meta: parseMeta(root),
    holderIdentity: readString(spec, 'holderIdentity') || undefined,
    leaseDurationSeconds: readNumber(spec, 'leaseDurationSeconds') ?? 0,
    acquireTimeMs: parseTime(readString(spec, 'acquireTime')),
    renewTimeMs: parseTime(readString(spec, 'renewTime')),
    leaseTransitions: readNumber(spec, 'leaseTransitions') ?? 0,
  };
}
