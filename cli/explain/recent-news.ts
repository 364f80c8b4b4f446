import { eventReasons } from '../../shared/api/reasons.ts';
import type { RecentEvent } from '../doctor/recent-event.ts';
import type { ExplainedConflict } from './explain-report.ts';

/** A conflict that goes on is told every minute; one that is older has been mended. */
const conflictMs = 10 * 60_000;
/** Events are told to the second, by the speaker's clock. */
const toleranceMs = 5_000;

/** What was seen on the wire of late: another machine that claims an address of the Service. Each is told once. */
export function conflictsOf(events: readonly RecentEvent[], nowMs: number): readonly ExplainedConflict[] {
  const recent = events.filter(
    ({ reason, lastMs }) => reason === eventReasons.addressConflict && nowMs - lastMs < conflictMs,
  );
  const last = new Map<string, number>();
  for (const { message, lastMs } of recent) last.set(message, Math.max(lastMs, last.get(message) ?? 0));
  return [...last].map(([message, lastMs]) => ({ message, at: new Date(lastMs).toISOString() }));
}

/** Why that node took over, in its own words; undefined where it did not take over from another one, or long ago. */
export function takeoverOf(
  node: string,
  sinceMs: number | undefined,
  events: readonly RecentEvent[],
): string | undefined {
  const beginning = `node ${node} took over `;
  const told = events
    .filter(({ reason, message }) => reason === eventReasons.ownerChanged && message.startsWith(beginning))
    .toSorted((a, b) => b.lastMs - a.lastMs)[0];
  if (told === undefined || (sinceMs !== undefined && told.lastMs < sinceMs - toleranceMs)) return undefined;
  return told.message.slice(beginning.length);
}
