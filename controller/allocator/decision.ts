import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { IpAddress, IpFamily } from '../../shared/net/address.ts';
import type { ForeignUse } from './foreign-use.ts';
import type { RequestProblem } from './request.ts';
import type { SharingConflict } from './sharing.ts';

/** One address that a Service has, and the pool that it comes from. */
export interface Assignment {
  readonly address: IpAddress;
  readonly pool: string;
}

/** Why one pool does not serve a Service. */
export type PoolReason =
  | { readonly reason: 'unknownPool' }
  | { readonly reason: 'poolSetAside' }
  | { readonly reason: 'notAutoAssigned' }
  | { readonly reason: 'namespaceNotAllowed'; readonly namespace: string }
  | { readonly reason: 'serviceNotSelected' }
  | { readonly reason: 'familyMissing'; readonly family: IpFamily }
  | {
      readonly reason: 'exhausted';
      readonly family: IpFamily;
      readonly inUse: bigint;
      readonly of: bigint;
      /** Addresses that others than Services use; not there where there is none. */
      readonly foreign?: readonly ForeignUse[];
    };

export type PassedOver = { readonly pool: string } & PoolReason;

/** Why a requested address is not given. */
export type AddressReason =
  /** With the pools that might have it if they could be read, and the one that has it and does not give it. */
  | { readonly reason: 'notInAnyPool'; readonly setAside: readonly string[]; readonly excludedBy?: string }
  | { readonly reason: 'notInRequestedPool'; readonly pool: string }
  | { readonly reason: 'poolRefuses'; readonly pool: string; readonly because: PoolReason }
  | { readonly reason: 'usedByOthers'; readonly use: ForeignUse }
  | { readonly reason: 'addressInUse'; readonly by: ObjectKey; readonly conflict: SharingConflict };

export type RefusedAddress = { readonly address: IpAddress } & AddressReason;

/** Why a Service has nothing, or not what it asks for. */
export type Refusal =
  | { readonly reason: 'unreadableRequest'; readonly problem: RequestProblem }
  | { readonly reason: 'addressesRefused'; readonly addresses: readonly RefusedAddress[] }
  | { readonly reason: 'poolsRefused'; readonly pools: readonly PassedOver[] };

/** Why an address that a Service had is taken from it. */
export type LossReason =
  | 'notInAnyPool'
  | 'poolRefuses'
  | 'familyNotWanted'
  | 'heldByAnother'
  | 'usedByOthers'
  | 'otherRequested'
  | 'otherFamilyLost'
  | 'serviceLeft';

export interface Loss extends Assignment {
  readonly reason: LossReason;
  /** Of `usedByOthers`. */
  readonly use?: ForeignUse;
}

/** What must change before a Service can be served better: a family of a pool, one address, or who shares a key. */
export type Blocker =
  | { readonly kind: 'pool'; readonly pool: string; readonly family: IpFamily }
  | { readonly kind: 'address'; readonly address: IpAddress }
  | { readonly kind: 'sharingKey'; readonly key: string };

export interface Decision {
  /** In the order of `ipFamilies`. */
  readonly assignments: readonly Assignment[];
  readonly lost: readonly Loss[];
  readonly refusal: Refusal | undefined;
  /** Not refused, but of two families it has only one. */
  readonly incomplete: boolean;
  /** Pools that came before the chosen one; of an incomplete one, why it has no more. */
  readonly passedOver: readonly PassedOver[];
  /** Empty: no address that others release could help. */
  readonly blockers: readonly Blocker[];
}

/** A text for each blocker, to index those who wait. */
export function blockerKey(blocker: Blocker): string {
  switch (blocker.kind) {
    case 'pool':
      return `pool ${blocker.family} ${blocker.pool}`;
    case 'address':
      return `address ${blocker.address.family} ${blocker.address.value}`;
    case 'sharingKey':
      return `sharingKey ${blocker.key}`;
  }
}
