import type { ConfigurationState } from '../api/configuration-state.ts';
import type { JsonObject } from '../api/json.ts';
import { conditionsJson, findCondition, says, type Verdict, withVerdict } from '../api/verdict.ts';
import type { ConfigState } from './config-state.ts';
import type { Finding } from './model.ts';

/** Lines of `errorSummary` and of the notices: more would hide the first ones. */
const maxLines = 50;
/** metav1.Condition: `message` has at most this many characters. */
const maxMessageLength = 32_768;
const noticesType = 'herald/Notices';

/** What the ConfigurationState says of a finding, on a line of its own. */
export function findingLine({ message }: Finding): string {
  return message.replaceAll('\n', ' ');
}

/** The findings that a ConfigurationState says already, each on its line. */
export function linesOf(existing: ConfigurationState): ReadonlySet<string> {
  const notices = findCondition(existing.conditions, noticesType)?.message ?? '';
  return new Set([...existing.errorSummary.split('\n'), ...notices.split('\n')]);
}

/** `status` of the ConfigurationState for this state of the configuration; undefined where it says so already. */
export function configurationStatus(
  state: ConfigState,
  existing: ConfigurationState,
  wallMs: number,
): JsonObject | undefined {
  const faults = state.findings.filter(({ severity }) => severity !== 'notice');
  const result = faults.length === 0 ? 'Valid' : 'Invalid';
  const errorSummary = summary(faults);
  const verdicts = [inForce(state), notices(state.findings.filter(({ severity }) => severity === 'notice'))];
  const missing = verdicts.filter((verdict) => !says(existing.conditions, verdict, 0));
  if (existing.result === result && existing.errorSummary === errorSummary && missing.length === 0) return undefined;
  const at = { generation: 0, wallMs };
  const conditions = missing.reduce((list, verdict) => withVerdict(list, verdict, at), existing.conditions);
  return { result, errorSummary, conditions: conditionsJson(conditions) };
}

function summary(findings: readonly Finding[]): string {
  const lines = findings.map(findingLine);
  if (lines.length <= maxLines) return lines.join('\n');
  return [...lines.slice(0, maxLines), `and ${lines.length - maxLines} findings more`].join('\n');
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

/** What is worth knowing, and makes nothing Invalid. */
function notices(findings: readonly Finding[]): Verdict {
  if (findings.length === 0) return { type: noticesType, status: 'False', reason: 'none', message: '' };
  const message = summary(findings).slice(0, maxMessageLength);
  return { type: noticesType, status: 'True', reason: 'some', message };
}
