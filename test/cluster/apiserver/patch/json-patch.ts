import type { Json, JsonMap } from '../resource-definition.ts';
import { isMap, jsonEqual } from '../schema/json-value.ts';
import { arrayIndex, parsePointer, resolvePointer } from './json-pointer.ts';
import { PatchError } from './patch-error.ts';

type Tokens = readonly string[];
interface Operation {
  readonly op: string;
  readonly path: Tokens;
  readonly from: Tokens | undefined;
  readonly value: Json | undefined;
}

/**
 * The document after all operations of an RFC 6902 patch; `target` itself stays as it is. Throws PatchError, and then
 * nothing of the patch counts (RFC 6902 §5).
 */
export function applyJsonPatch(target: Json, operations: unknown): Json {
  if (!Array.isArray(operations)) throw new PatchError('malformed', 'a JSON patch is an array of operations');
  let document = structuredClone(target);
  for (const operation of operations) document = applyOperation(document, decodeOperation(operation));
  return document;
}

function decodeOperation(operation: unknown): Operation {
  if (!isMap(operation)) throw new PatchError('malformed', 'an operation is not an object');
  const { op, path, from, value } = operation;
  if (typeof op !== 'string') throw new PatchError('malformed', 'an operation has no "op"');
  if (typeof path !== 'string') throw new PatchError('malformed', `operation "${op}" has no "path"`);
  return {
    op,
    path: parsePointer(path),
    from: typeof from === 'string' ? parsePointer(from) : undefined,
    value: value === undefined ? undefined : structuredClone(value),
  };
}

function applyOperation(document: Json, operation: Operation): Json {
  const { op, path } = operation;
  switch (op) {
    case 'add':
      return add(document, path, requireValue(operation));
    case 'remove':
      return remove(document, path);
    case 'replace':
      return replace(document, path, requireValue(operation));
    case 'move':
      return move(document, requireFrom(operation), path);
    case 'copy':
      return add(document, path, structuredClone(resolvePointer(document, requireFrom(operation))));
    case 'test':
      return test(document, path, requireValue(operation));
    default:
      throw new PatchError('malformed', `unknown operation "${op}"`);
  }
}

function requireValue({ op, value }: Operation): Json {
  if (value === undefined) throw new PatchError('malformed', `operation "${op}" has no "value"`);
  return value;
}

function requireFrom({ op, from }: Operation): Tokens {
  if (from === undefined) throw new PatchError('malformed', `operation "${op}" has no "from"`);
  return from;
}

/** Calls the editor that fits the container of the last token; the root is the caller's case. */
function edit(
  document: Json,
  path: Tokens,
  editors: { list: (list: Json[], token: string) => void; map: (map: JsonMap, key: string) => void },
): Json {
  const last = path.at(-1) ?? '';
  const parent = resolvePointer(document, path.slice(0, -1));
  if (Array.isArray(parent)) editors.list(parent, last);
  else if (isMap(parent)) editors.map(parent, last);
  else throw new PatchError('pathMissing', `"/${path.slice(0, -1).join('/')}" holds neither an object nor an array`);
  return document;
}

function add(document: Json, path: Tokens, value: Json): Json {
  if (path.length === 0) return value;
  return edit(document, path, {
    // RFC 6902 §4.1: "-" is the place after the last element.
    list: (list, token) => list.splice(token === '-' ? list.length : arrayIndex(token, list.length + 1), 0, value),
    map: (map, key) => {
      map[key] = value;
    },
  });
}

function remove(document: Json, path: Tokens): Json {
  resolvePointer(document, path);
  if (path.length === 0) return null;
  return edit(document, path, {
    list: (list, token) => list.splice(arrayIndex(token, list.length), 1),
    map: (map, key) => {
      delete map[key];
    },
  });
}

function replace(document: Json, path: Tokens, value: Json): Json {
  resolvePointer(document, path);
  if (path.length === 0) return value;
  return edit(document, path, {
    list: (list, token) => {
      list[arrayIndex(token, list.length)] = value;
    },
    map: (map, key) => {
      map[key] = value;
    },
  });
}

function move(document: Json, from: Tokens, path: Tokens): Json {
  // RFC 6902 §4.4: a location cannot be moved into one of its children.
  if (path.length > from.length && from.every((token, index) => token === path[index])) {
    throw new PatchError('malformed', `cannot move "/${from.join('/')}" into itself`);
  }
  const value = resolvePointer(document, from);
  return add(remove(document, from), path, value);
}

function test(document: Json, path: Tokens, expected: Json): Json {
  if (!jsonEqual(resolvePointer(document, path), expected)) {
    throw new PatchError('testFailed', `the value at "/${path.join('/')}" is not the one tested for`);
  }
  return document;
}
