import type { Json, JsonMap, Schema } from '../resource-definition.ts';
import { memberSchema, patchStrategies } from '../schema/json-schema.ts';
import { isMap } from '../schema/json-value.ts';
import { PatchError } from './patch-error.ts';
import { mergeList, removePrimitives } from './strategic-list.ts';

const deletePrefix = '$deleteFromPrimitiveList/';
const orderPrefix = '$setElementOrder/';

/**
 * The object after a strategic merge patch, whose merge keys stand in the schema. Directives: `$patch` (replace, delete,
 * merge), `$retainKeys`, `$deleteFromPrimitiveList/FIELD`, `$setElementOrder/FIELD`.
 * Source: Kubernetes' design document "strategic-merge-patch". Throws PatchError.
 */
export function applyStrategicMerge(target: JsonMap, patch: JsonMap, schema: Schema): JsonMap {
  return mergeMap(structuredClone(target), patch, schema);
}

function mergeMap(target: JsonMap, patch: JsonMap, schema: Schema): JsonMap {
  const directive = patch['$patch'];
  if (directive === 'replace') return asMap(withoutDirectives(patch));
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw new PatchError('malformed', `unknown $patch directive ${JSON.stringify(directive)}`);
  }
  retainKeys(target, patch);
  deleteFromPrimitiveLists(target, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (!key.startsWith('$')) mergeMember(target, key, { value, order: patch[orderPrefix + key], schema });
  }
  orderUnpatchedLists(target, patch, schema);
  return target;
}

function retainKeys(target: JsonMap, patch: JsonMap): void {
  const retained = patch['$retainKeys'];
  if (retained === undefined) return;
  if (!Array.isArray(retained)) throw new PatchError('malformed', '$retainKeys is not a list');
  for (const key of Object.keys(target)) if (!retained.includes(key)) delete target[key];
}

function deleteFromPrimitiveLists(target: JsonMap, patch: JsonMap): void {
  for (const [directive, values] of Object.entries(patch)) {
    if (!directive.startsWith(deletePrefix)) continue;
    if (!Array.isArray(values)) throw new PatchError('malformed', `${directive} is not a list`);
    const key = directive.slice(deletePrefix.length);
    const list = target[key];
    if (Array.isArray(list)) target[key] = removePrimitives(list, values);
  }
}

/** `$setElementOrder` may come without a change to the list itself: then it only sorts. */
function orderUnpatchedLists(target: JsonMap, patch: JsonMap, schema: Schema): void {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(orderPrefix)) continue;
    const key = directive.slice(orderPrefix.length);
    const merges = patchStrategies(memberSchema(schema, key)).includes('merge');
    if (merges && patch[key] === undefined && Array.isArray(target[key])) {
      mergeMember(target, key, { value: [], order, schema });
    }
  }
}

interface MemberPatch {
  readonly value: Json;
  readonly order: Json | undefined;
  /** The schema of the map that holds the member. */
  readonly schema: Schema;
}

function mergeMember(target: JsonMap, key: string, { value, order, schema }: MemberPatch): void {
  if (value === null) {
    delete target[key];
    return;
  }
  const own = memberSchema(schema, key);
  const current = target[key];
  const strategies = patchStrategies(own);
  if (isMap(value) && !strategies.includes('replace')) {
    if (current === undefined && value['$patch'] === 'delete') return;
    target[key] = mergeMap(isMap(current) ? current : {}, value, own);
  } else if (Array.isArray(value) && strategies.includes('merge')) {
    const list = Array.isArray(current) ? current : [];
    target[key] = mergeList(list, value, { schema: own, order, mergeMap });
  } else {
    target[key] = withoutDirectives(value);
  }
}

function asMap(value: Json): JsonMap {
  return isMap(value) ? value : {};
}

/** What a patch leaves where nothing was to be merged with: its plain values. */
function withoutDirectives(value: Json): Json {
  if (Array.isArray(value)) {
    return value.filter((item) => !(isMap(item) && item['$patch'] !== undefined)).map(withoutDirectives);
  }
  if (!isMap(value)) return value;
  const result: JsonMap = {};
  for (const [key, member] of Object.entries(value)) {
    if (!key.startsWith('$') && member !== null) result[key] = withoutDirectives(member);
  }
  return result;
}
