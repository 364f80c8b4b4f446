import { eventReasons } from '../shared/api/reasons.ts';
import type { Service } from '../shared/api/service.ts';
import { findCondition, sameVerdict, type Verdict } from '../shared/api/verdict.ts';
import { canonicalAddress, formatAddress } from '../shared/net/address.ts';
import { allocatedVerdict, assignedMessage, refusalReason } from './allocated-verdict.ts';
import type { Assignment, Decision, Loss, LossReason } from './allocator/decision.ts';
import { foreignUseText } from './allocator/foreign-use.ts';
import { lossText } from './allocator/reason-text.ts';
import { usesDeprecatedAnnotation } from './allocator/request.ts';
import { noSpeakerEvent, noSpeakerVerdict } from './announced-verdict.ts';

/** An event on a Service. */
export interface ServiceEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface Surroundings {
  /** No speaker lives. */
  readonly speakersGone: boolean;
  /** It has come to use an annotation of the old prefix. */
  readonly newlyDeprecated: boolean;
}

/**
 * What there is to tell about a decision, beside what the object says already: a restart or a re-sync tells nothing
 * twice, since the object then says it all.
 */
export function eventsFor(
  service: Service,
  decision: Decision,
  { speakersGone, newlyDeprecated }: Surroundings,
): readonly ServiceEvent[] {
  const { assignments, lost, refusal } = decision;
  const events: ServiceEvent[] = [];
  const before = reportedAddresses(service);
  const after = assignments.map(({ address }) => formatAddress(address));
  const cleared = before.filter((address) => !after.includes(address));
  if (cleared.length > 0) {
    const reasons = new Map(lost.map(({ address, reason }) => [formatAddress(address), reason]));
    events.push(clearedEvent(cleared, reasons));
  }
  if (cleared.length > 0 && !(refusal !== undefined && refusalReason(refusal) === eventReasons.addressInUse)) {
    events.push(...inUseEvents(lost, cleared));
  }
  if (after.some((address) => !before.includes(address))) {
    events.push({ type: 'Normal', reason: eventReasons.ipAllocated, message: assignedMessage(assignments) });
  }
  const verdict = allocatedVerdict(decision);
  if (refusal !== undefined && isNews(service, verdict)) {
    events.push({ type: 'Warning', reason: verdict.reason, message: verdict.message });
  }
  const seen = findCondition(service.conditions, verdict.type) !== undefined;
  if (newlyDeprecated || (!seen && usesDeprecatedAnnotation(service))) {
    const message = 'annotations under metallb.universe.tf/ still work, but are deprecated; use metallb.io/';
    events.push({ type: 'Warning', reason: eventReasons.deprecatedAnnotation, message });
  }
  if (speakersGone && assignments.length > 0 && isNews(service, noSpeakerVerdict)) events.push(noSpeakerEvent);
  return events;
}

/** For a Service that left us with these addresses. */
export function eventsForLeaver(held: readonly Assignment[]): readonly ServiceEvent[] {
  if (held.length === 0) return [];
  const reasons = new Map(held.map(({ address }): [string, LossReason] => [formatAddress(address), 'serviceLeft']));
  return [clearedEvent([...reasons.keys()], reasons)];
}

/** A refusal for the same reason says it itself. */
function inUseEvents(lost: readonly Loss[], cleared: readonly string[]): readonly ServiceEvent[] {
  const uses = lost.flatMap(({ address, use }) => (cleared.includes(formatAddress(address)) ? (use ?? []) : []));
  if (uses.length === 0) return [];
  const message = uses.map(foreignUseText).join('; ');
  return [{ type: 'Warning', reason: eventReasons.addressInUse, message }];
}

function isNews(service: Service, verdict: Verdict): boolean {
  const said = findCondition(service.conditions, verdict.type);
  return said === undefined || !sameVerdict(said, verdict);
}

function clearedEvent(addresses: readonly string[], reasons: ReadonlyMap<string, LossReason>): ServiceEvent {
  const parts = addresses.map((address) => {
    const reason = reasons.get(address);
    // Somebody else wrote it into the status.
    return `${address} (${reason === undefined ? 'it was not assigned to this Service' : lossText(reason)})`;
  });
  return { type: 'Normal', reason: eventReasons.clearAssignment, message: `Cleared ${parts.join(' and ')}` };
}

function reportedAddresses(service: Service): readonly string[] {
  return service.ingress.flatMap(({ ip }) => canonicalAddress(ip ?? '') ?? []);
}
