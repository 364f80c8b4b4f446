import type { ConfigurationState } from '../shared/api/configuration-state.ts';
import type { JsonObject } from '../shared/api/json.ts';
import type { ConfigState } from '../shared/config/config-state.ts';
import type { Finding } from '../shared/config/model.ts';
import { conditionsJson, says, type Verdict, withVerdict } from './conditions.ts';

/** Lines of `errorSummary`: more would hide the first ones. */
const maxLines = 50;

/** One line per finding, in the order in which they were found. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ message }) => message.replaceAll('\n', ' '));
}

export function errorSummary(findings: readonly Finding[]): string {
  const lines = findingLines(findings);
  if (lines.length <= maxLines) return lines.join('\n');
  return [...lines.slice(0, maxLines), `and ${lines.length - maxLines} findings more`].join('\n');
}

/** `status` of the ConfigurationState for this state of the configuration; undefined where it says so already. */
export function configurationStatus(
  state: ConfigState,
  existing: ConfigurationState | undefined,
  wallMs: number,
): JsonObject | undefined {
  const result = state.findings.length === 0 ? 'Valid' : 'Invalid';
  const summary = errorSummary(state.findings);
  const verdict = inForce(state);
  const conditions = existing?.conditions ?? [];
  if (existing?.result === result && existing.errorSummary === summary && says(conditions, verdict, 0))
    return undefined;
  const next = withVerdict(conditions, verdict, { generation: 0, wallMs });
  return { result, errorSummary: summary, conditions: conditionsJson(next) };
}

function inForce({ config, stale }: ConfigState): Verdict {
  const type = 'herald/InForce';
  if (!stale) return { type, status: 'True', reason: 'newest', message: 'the newest configuration is in force' };
  const message =
    config === undefined
      ? 'the configuration can not be used, and there is no earlier one: addresses are left as they are'
      : 'the newest configuration can not be used: the last good one stays in force';
  return { type, status: 'False', reason: config === undefined ? 'none' : 'lastGood', message };
}
