import type { ObjectReference } from '../api/object-meta.ts';

export interface EventToRecord {
  readonly regarding: ObjectReference;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Writes Kubernetes Events; never throws and never blocks its caller. */
export interface EventRecorder {
  record(event: EventToRecord): void;
}
