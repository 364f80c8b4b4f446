/**
 * After how long the next probe follows, and after the last one the answer counts as none. RFC 5227 §1.1 has longer
 * times for hosts that configure themselves; all three are answered well within a second by any station that lives.
 */
export const probeSpacingMs = 330;
/** RFC 5227 §1.1 PROBE_NUM. */
export const probeCount = 3;

/**
 * Whether an address may be announced that nobody of the cluster has announced yet: probes are under way, nobody
 * answered, or another machine uses it.
 */
export type AddressCheck =
  | { readonly type: 'probing'; readonly sent: number; readonly dueMs: number }
  | { readonly type: 'free' }
  /** Until then. */
  | { readonly type: 'inUse'; readonly dueMs: number };

/** Time passes, or another machine was heard that uses the address, or probes for it (RFC 5227 §2.1.1). */
export type CheckEvent =
  | { readonly type: 'time'; readonly nowMs: number }
  | { readonly type: 'used'; readonly nowMs: number; readonly forMs: number };

/** `tryAgain`: the time is over for which the address was left alone. */
export type CheckAction = 'probe' | 'announce' | 'report' | 'tryAgain';

export interface CheckStep {
  /** Undefined: forget it. */
  readonly check: AddressCheck | undefined;
  readonly action: CheckAction | undefined;
}

export function newAddressCheck(nowMs: number): AddressCheck {
  return { type: 'probing', sent: 0, dueMs: nowMs };
}

/** Three probes within a second; whoever answers has the address (RFC 5227 §2.1.1, RFC 4862 §5.4). */
export function stepAddressCheck(check: AddressCheck, event: CheckEvent): CheckStep {
  switch (check.type) {
    case 'probing':
      return event.type === 'used' ? stepUsed(event.nowMs + event.forMs) : stepProbing(check, event.nowMs);
    case 'inUse':
      if (event.type === 'used' || event.nowMs < check.dueMs) return { check, action: undefined };
      return { check: undefined, action: 'tryAgain' };
    case 'free':
      // From here on it is this node's, and is defended (RFC 5227 §2.4).
      return { check, action: undefined };
  }
}

function stepUsed(dueMs: number): CheckStep {
  return { check: { type: 'inUse', dueMs }, action: 'report' };
}

function stepProbing(check: Extract<AddressCheck, { type: 'probing' }>, nowMs: number): CheckStep {
  if (nowMs < check.dueMs) return { check, action: undefined };
  if (check.sent >= probeCount) return { check: { type: 'free' }, action: 'announce' };
  return { check: { type: 'probing', sent: check.sent + 1, dueMs: nowMs + probeSpacingMs }, action: 'probe' };
}
