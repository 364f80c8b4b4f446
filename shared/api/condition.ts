import { type JsonObject, readNumber, readObjects, readString } from './json.ts';

/** Kubernetes' metav1.Condition. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
}

export function parseConditions(owner: JsonObject): readonly Condition[] {
  return readObjects(owner, 'conditions').map((json) => {
    const status = readString(json, 'status');
    return {
      type: readString(json, 'type') ?? '',
      status: status === 'True' || status === 'False' ? status : 'Unknown',
      reason: readString(json, 'reason') ?? '',
      message: readString(json, 'message') ?? '',
      observedGeneration: readNumber(json, 'observedGeneration') ?? 0,
      lastTransitionTime: readString(json, 'lastTransitionTime') ?? '',
    };
  });
}
