/**
 * What a member may own. `probation`: it lives, but was away a moment ago, so that it ranks behind all others that
 * live; `leaving`: it still answers, and ranks last.
 */
export const standings = ['live', 'probation', 'leaving', 'dead'] as const;
export type Standing = (typeof standings)[number];

/** Why a member's standing is now another. */
export type StandingReason =
  /** It is new in the table. */
  | 'joined'
  /** More than half of its live watchers hear nothing of it. */
  | 'notHeard'
  /** The same, after it had said that it stops. */
  | 'left'
  /** Another incarnation of it runs: the former one is dead, whatever it may have sent. */
  | 'restarted'
  /** Its Lease has expired, and there is no contact to it either. */
  | 'leaseExpired'
  /** It is no longer in the table. */
  | 'removed'
  /** It is heard again. */
  | 'returned'
  /** Its pulses do not come, its Lease is renewed. */
  | 'leaseRenewed'
  /** It was heard for long enough. */
  | 'probationOver'
  /** It says that it stops. */
  | 'leaving';
