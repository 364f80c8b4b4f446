/**
 * Something long-lived. `run` ends when the signal aborts, and throws when it can't go on; it releases whatever it
 * acquired. `ready` resolves once the task serves.
 */
export interface Task {
  readonly name: string;
  readonly ready: Promise<void>;
  run(signal: AbortSignal): Promise<void>;
}
