import type { JsonMap } from '../resource-definition.ts';
import { stringAt } from '../schema/json-value.ts';
import type { Store } from '../store/store.ts';

/** kube-apiserver's `--event-ttl`. */
const lifetimeMs = 3_600_000;
const sweepIntervalMs = 60_000;

const timeFields = [
  ['metadata', 'creationTimestamp'],
  ['eventTime'],
  ['lastTimestamp'],
  ['series', 'lastObservedTime'],
];

/** Drops events an hour after they last happened: what bounds their number. */
export class EventExpiry {
  readonly #store: Store;
  #sweptMs = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Looks through the events, at most once a minute. */
  sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < sweepIntervalMs) return;
    this.#sweptMs = nowMs;
    for (const event of this.#store.collection('/events').sorted()) {
      if (lastHappenedMs(event.json) < nowMs - lifetimeMs) this.#store.remove('/events', event);
    }
  }
}

function lastHappenedMs(event: JsonMap): number {
  const times = timeFields.map((path) => Date.parse(stringAt(event, path))).filter((ms) => !Number.isNaN(ms));
  return Math.max(...times);
}
