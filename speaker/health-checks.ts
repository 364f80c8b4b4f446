import type { HealthChecks } from '../shared/runtime/health.ts';
import { type SpeakerCaches, unsyncedCaches } from './speaker-caches.ts';

/** The datapath thread ticks every other second; for so long it may be held up. */
const longestSilenceMs = 10_000;

export interface LivenessInput {
  readonly nowMs: () => number;
  /** When the datapath thread was last heard; -Infinity before its sockets are open. */
  readonly lastTickMs: () => number;
  /** Start of the process, from which the datapath thread has its time too. */
  readonly startedMs: number;
}

export interface ReadinessInput {
  readonly caches: SpeakerCaches;
  readonly lastTickMs: () => number;
  readonly configLoaded: () => boolean;
}

/** Alive: both threads tick. The main thread does, when it answers. */
export function livenessChecks(input: LivenessInput): HealthChecks {
  return {
    datapath: () => {
      const silentMs = input.nowMs() - Math.max(input.lastTickMs(), input.startedMs);
      return silentMs > longestSilenceMs ? `not heard for ${Math.round(silentMs / 1000)} s` : undefined;
    },
  };
}

/** Ready: it could announce. */
export function readinessChecks(input: ReadinessInput): HealthChecks {
  return {
    caches: () => {
      const missing = unsyncedCaches(input.caches);
      return missing.length === 0 ? undefined : `not yet read: ${missing.join(', ')}`;
    },
    config: () => (input.configLoaded() ? undefined : 'no usable configuration yet'),
    datapath: () => (Number.isFinite(input.lastTickMs()) ? undefined : 'its sockets are not open yet'),
  };
}
