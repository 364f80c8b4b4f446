import type { Json, JsonMap } from '../resource-definition.ts';
import { mapAt, stringAt } from '../schema/json-value.ts';
import { humanAge } from './human-duration.ts';

export function nameOf(object: JsonMap): string {
  return stringAt(object, ['metadata', 'name']);
}

export function ageOf(object: JsonMap, nowMs: number): string {
  return humanAge(mapAt(object, ['metadata'])['creationTimestamp'], nowMs);
}

export function orNone(text: string): string {
  return text === '' ? '<none>' : text;
}

/** Labels or a selector as "a=b,c=d", sorted by key. */
export function labelText(labels: JsonMap): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return orNone(pairs.sort().join(','));
}

/** The first three items, and how many more there are. */
export function firstThree(items: readonly string[], empty: string): string {
  if (items.length === 0) return empty;
  const shown = items.slice(0, 3).join(',');
  return items.length > 3 ? `${shown} + ${items.length - 3} more...` : shown;
}

export function count(value: Json | undefined): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}
