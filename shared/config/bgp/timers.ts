/** RFC 4271 §10: the suggested hold time. */
const defaultHoldTimeMs = 90_000;
/** RFC 4271 §10: the keepalive time is a third of the hold time. */
const keepalivesPerHoldTime = 3;

export interface BgpTimers {
  readonly holdTimeMs: number;
  readonly keepaliveTimeMs: number;
}

/** Where one of the two is given, the other follows from it. */
export function bgpTimers(holdTimeMs: number | undefined, keepaliveTimeMs: number | undefined): BgpTimers {
  const hold = holdTimeMs ?? (keepaliveTimeMs ?? defaultHoldTimeMs / keepalivesPerHoldTime) * keepalivesPerHoldTime;
  return { holdTimeMs: hold, keepaliveTimeMs: keepaliveTimeMs ?? hold / keepalivesPerHoldTime };
}

/** RFC 4271 §4.2: zero, or at least three seconds; two octets of seconds on the wire. */
export function isHoldTime(ms: number): boolean {
  return ms === 0 || (ms >= 3000 && ms <= 65_535_000);
}

export function isKeepaliveTime(ms: number): boolean {
  return ms === 0 || ms >= 1000;
}
