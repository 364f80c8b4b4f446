import type { EventRecorder, EventToRecord } from '../../shared/kube/event-recorder.ts';

/** Events that were recorded, for the test to read. */
export class RecordedEvents implements EventRecorder {
  readonly all: EventToRecord[] = [];

  record(event: EventToRecord): void {
    this.all.push(event);
  }

  /** `Warning AllocationFailed default/web: …`, and forgets them. */
  take(): readonly string[] {
    const texts = this.all.map(({ type, reason, regarding, message }) => {
      return `${type} ${reason} ${regarding.namespace}/${regarding.name}: ${message}`;
    });
    this.all.length = 0;
    return texts;
  }
}
