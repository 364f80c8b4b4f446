import { asObject, readObject, readObjects, readString } from '../../shared/api/json.ts';
import { type Lease, leaseResource } from '../../shared/api/lease.ts';
import { parseTime } from '../../shared/api/object-meta.ts';
import type { ResourceType } from '../../shared/api/resource-type.ts';

/** A Lease, and when the API server says that it was written. */
export interface WrittenLease extends Lease {
  /** Unix ms, whole seconds; the last of `metadata.managedFields`, where the API server keeps them. */
  readonly writtenMs: number | undefined;
}

export const writtenLeaseResource: ResourceType<WrittenLease> = {
  ...leaseResource,
  parse: (json) => {
    const managed = readObjects(readObject(asObject(json), 'metadata'), 'managedFields');
    const times = managed.flatMap((entry) => parseTime(readString(entry, 'time')) ?? []);
    return { ...leaseResource.parse(json), writtenMs: times.length === 0 ? undefined : Math.max(...times) };
  },
};

/** The API server tells whole seconds, and answers take their time. */
const toleranceMs = 2_000;

/** Whether it was renewed within its duration, by what the API server says of the write or the holder of its renewal. */
export function isHeld(lease: WrittenLease, serverMs: number): boolean {
  const { holderIdentity, renewTimeMs = 0, writtenMs = 0, leaseDurationSeconds } = lease;
  if (holderIdentity === undefined) return false;
  const renewedMs = Math.max(writtenMs, Math.min(renewTimeMs, serverMs));
  return serverMs - renewedMs <= leaseDurationSeconds * 1000 + toleranceMs;
}

/**
 * How far the holder's clock is ahead of the API server's; negative: behind. A renewal in the future, or one that was
 * written later than its time, tells it for certain; one that lies back may just be old. Undefined where nothing does.
 */
export function aheadMs(lease: WrittenLease, serverMs: number): number | undefined {
  const { holderIdentity, renewTimeMs, writtenMs } = lease;
  if (holderIdentity === undefined || renewTimeMs === undefined) return undefined;
  if (renewTimeMs - serverMs > toleranceMs) return renewTimeMs - serverMs;
  if (writtenMs !== undefined && writtenMs - renewTimeMs > toleranceMs) return renewTimeMs - writtenMs;
  return undefined;
}
