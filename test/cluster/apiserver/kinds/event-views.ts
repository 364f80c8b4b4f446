import type { JsonMap } from '../resource-definition.ts';

/** core/v1 field → events.k8s.io/v1 field (Kubernetes: "deprecated" fields mirror the old ones). */
const renamed: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

/** An event as core/v1 has it: that is the form in the store. */
export function eventToCore(event: JsonMap): JsonMap {
  return { ...rename(event, (from) => renamed.find(([, newer]) => newer === from)?.[0]), apiVersion: 'v1' };
}

/** The same event as events.k8s.io/v1 shows it. */
export function eventFromCore(event: JsonMap): JsonMap {
  return {
    ...rename(event, (from) => renamed.find(([older]) => older === from)?.[1]),
    apiVersion: 'events.k8s.io/v1',
  };
}

function rename(event: JsonMap, nameOf: (key: string) => string | undefined): JsonMap {
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [nameOf(key) ?? key, value]));
}
