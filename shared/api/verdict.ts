import type { Condition } from './condition.ts';
import type { JsonObject } from './json.ts';

/** What a condition is to say; when it began to say so is worked out from the one before. */
export type Verdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

export function findCondition(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** Decides whether the list says this already, of this generation of the object. */
export function says(conditions: readonly Condition[], verdict: Verdict, generation: number): boolean {
  const found = findCondition(conditions, verdict.type);
  return found !== undefined && sameVerdict(found, verdict) && found.observedGeneration === generation;
}

export function sameVerdict(one: Verdict, other: Verdict): boolean {
  return one.status === other.status && one.reason === other.reason && one.message === other.message;
}

/** The list with this condition in it; `lastTransitionTime` moves only when the status does (metav1.Condition). */
export function withVerdict(
  conditions: readonly Condition[],
  verdict: Verdict,
  at: { readonly generation: number; readonly wallMs: number },
): readonly Condition[] {
  const before = findCondition(conditions, verdict.type);
  const condition: Condition = {
    ...verdict,
    observedGeneration: at.generation,
    lastTransitionTime:
      before?.status === verdict.status && before.lastTransitionTime !== ''
        ? before.lastTransitionTime
        : new Date(at.wallMs).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
  if (before === undefined) return [...conditions, condition];
  return conditions.map((other) => (other === before ? condition : other));
}

export function conditionsJson(conditions: readonly Condition[]): readonly JsonObject[] {
  return conditions.map((condition) => ({ ...condition }));
}
