import type { Json, JsonMap, Schema } from '../resource-definition.ts';
import { listAt, mapAt, mapsAt, stringAt } from '../schema/json-value.ts';
import { changedFields } from './changed-fields.ts';
import { decodeFieldsV1, encodeFieldsV1, type FieldSet, filterFields, uniteFields } from './field-set.ts';

/** One entry of metadata.managedFields. */
export interface Manager {
  readonly name: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly fields: FieldSet;
}

export function readManagers(object: JsonMap): readonly Manager[] {
  return mapsAt(object, ['metadata', 'managedFields']).map((entry) => ({
    name: stringAt(entry, ['manager']),
    operation: stringAt(entry, ['operation']),
    apiVersion: stringAt(entry, ['apiVersion']),
    subresource: stringAt(entry, ['subresource']),
    time: stringAt(entry, ['time']),
    fields: decodeFieldsV1(mapAt(entry, ['fieldsV1'])),
  }));
}

/** The managers as metadata.managedFields; those that own nothing any more are left out. */
export function encodeManagers(managers: readonly Manager[]): Json[] {
  return managers
    .filter((manager) => manager.fields.size > 0)
    .map((manager) => ({
      manager: manager.name,
      operation: manager.operation,
      apiVersion: manager.apiVersion,
      time: manager.time,
      fieldsType: 'FieldsV1',
      fieldsV1: encodeFieldsV1(manager.fields),
      ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
    }));
}

export function sameManager(left: Manager, right: Pick<Manager, 'name' | 'operation' | 'subresource'>): boolean {
  return left.name === right.name && left.operation === right.operation && left.subresource === right.subresource;
}

export function timeText(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
}

export interface TrackedUpdate {
  /** undefined when the write creates the object. */
  readonly before: JsonMap | undefined;
  /** With the managedFields so far: those of `before`, or what the writer put in their place. */
  readonly after: JsonMap;
  readonly manager: string;
  readonly subresource: string;
  readonly schema: Schema;
  readonly nowMs: number;
}

/**
 * metadata.managedFields after a write that is no apply (operation Update): the writer owns what it changed, nobody
 * else owns that any longer, and what went has no owner.
 */
export function trackUpdate({ before, after, manager, subresource, schema, nowMs }: TrackedUpdate): Json[] {
  const { set, gone } = changedFields(before ?? {}, after, schema);
  if (set.size === 0 && gone.size === 0) return [...listAt(after, ['metadata', 'managedFields'])];
  const known = readManagers(after);
  const writer = { name: manager, operation: 'Update', subresource };
  const own = known.find((entry) => sameManager(entry, writer));
  const others = known
    .filter((entry) => entry !== own)
    .map((entry) => ({ ...entry, fields: filterFields(entry.fields, (_, key) => !set.has(key) && !gone.has(key)) }));
  const kept = filterFields(own?.fields ?? new Map(), (_, key) => !gone.has(key));
  const updated: Manager = {
    ...writer,
    apiVersion: stringAt(after, ['apiVersion']),
    time: timeText(nowMs),
    fields: uniteFields(kept, set),
  };
  return encodeManagers([...others, updated]);
}
