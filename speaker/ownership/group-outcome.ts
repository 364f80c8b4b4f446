import type { ClaimEntry } from '../liveness/message.ts';
import type { OwnershipEffect } from './ownership-effect.ts';

export interface Taking extends Omit<Extract<OwnershipEffect, { readonly type: 'take' }>, 'type' | 'group'> {
  /** `Held.settling`. */
  readonly settling: boolean;
}

/** Where decisions about groups go. */
export interface GroupOutcome {
  effect(effect: OwnershipEffect): void;
  /** To be told to all. */
  tell(entry: ClaimEntry): void;
  /** To be told to all once their tables say the same. */
  releaseLater(entry: ClaimEntry, nowMs: number): void;
  /** What was to be released later is to be now. */
  releaseNow(group: string): void;
  /** The node is to be told all that this node claims. */
  answer(node: string): void;
  /** The node is to say all that it claims. */
  ask(node: string, nowMs: number): void;
}
