import { conditionTypes, eventReasons } from '../shared/api/reasons.ts';
import type { Verdict } from '../shared/api/verdict.ts';

/** Said by the controller alone: where a speaker lives, this condition is the speakers' business. */
export const noSpeakerVerdict: Verdict = {
  type: conditionTypes.announced,
  status: 'False',
  reason: 'speakerNotAlive',
  message: 'no speaker with a valid Lease runs on any node; see the Pods of the speaker DaemonSet',
};

export const noSpeakerEvent = {
  type: 'Warning',
  reason: eventReasons.notAnnounced,
  message: noSpeakerVerdict.message,
} as const;
