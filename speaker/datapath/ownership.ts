import type { GiveUpReason, TakeoverReason, Vip } from './table.ts';

export type OwnershipChange =
  | { readonly type: 'tookOver'; readonly vip: Vip; readonly reason: TakeoverReason }
  | { readonly type: 'gaveUp'; readonly vip: Vip; readonly reason: GiveUpReason };

export interface OwnershipView {
  readonly self: string;
  readonly vips: readonly Vip[];
  readonly isLive: (node: string) => boolean;
}

/** The owner of an address: the first of its candidates that lives. */
export function ownerOf(candidates: readonly string[], isLive: (node: string) => boolean): string | undefined {
  return candidates.find(isLive);
}

/**
 * What this node owns now, and how that differs from `owned` (by address). What it owned comes back with the newest Vip.
 */
export function reassess(
  owned: ReadonlyMap<string, Vip>,
  view: OwnershipView,
): { readonly owned: ReadonlyMap<string, Vip>; readonly changes: readonly OwnershipChange[] } {
  const now = new Map<string, Vip>();
  const changes: OwnershipChange[] = [];
  const refusals = new Map<string, GiveUpReason>();
  for (const vip of view.vips) {
    const refusal = refusalOf(vip, view);
    if (refusal !== undefined) {
      refusals.set(vip.ip, refusal);
      continue;
    }
    now.set(vip.ip, vip);
    if (!owned.has(vip.ip)) changes.push({ type: 'tookOver', vip, reason: takeoverReason(vip, view.self) });
  }
  for (const vip of owned.values()) {
    if (!now.has(vip.ip)) changes.push({ type: 'gaveUp', vip, reason: refusals.get(vip.ip) ?? 'addressRemoved' });
  }
  return { owned: now, changes };
}

function refusalOf(vip: Vip, view: OwnershipView): GiveUpReason | undefined {
  if (!vip.candidates.includes(view.self)) return 'notCandidate';
  if (ownerOf(vip.candidates, view.isLive) !== view.self) return 'betterCandidateLive';
  return vip.interfaces.length === 0 ? 'noInterface' : undefined;
}

function takeoverReason(vip: Vip, self: string): TakeoverReason {
  if (vip.candidates[0] !== self) return 'ownerNotLive';
  return vip.candidates.length === 1 ? 'onlyCandidate' : 'firstCandidate';
}
