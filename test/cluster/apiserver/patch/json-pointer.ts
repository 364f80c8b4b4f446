import type { Json } from '../resource-definition.ts';
import { isMap } from '../schema/json-value.ts';
import { PatchError } from './patch-error.ts';

/** The reference tokens of a JSON pointer (RFC 6901 §3, §4). */
export function parsePointer(pointer: string): readonly string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new PatchError('malformed', `path "${pointer}" does not begin with "/"`);
  return pointer
    .slice(1)
    .split('/')
    .map((token) => {
      if (/~(?![01])/.test(token)) throw new PatchError('malformed', `path "${pointer}" holds a bare "~"`);
      return token.replaceAll('~1', '/').replaceAll('~0', '~');
    });
}

/** RFC 6901 §4: digits without leading zeros. `limit` is the first index that is too large. */
export function arrayIndex(token: string, limit: number): number {
  if (!/^(0|[1-9][0-9]*)$/.test(token)) throw new PatchError('pathMissing', `"${token}" is no array index`);
  const index = Number(token);
  if (index >= limit) throw new PatchError('pathMissing', `index ${token} is past the end`);
  return index;
}

/** The value that `tokens` point to; a PatchError where nothing is. */
export function resolvePointer(document: Json, tokens: readonly string[]): Json {
  let value = document;
  for (const token of tokens) {
    const next = memberOf(value, token);
    if (next === undefined) throw new PatchError('pathMissing', `nothing is at "/${tokens.join('/')}"`);
    value = next;
  }
  return value;
}

function memberOf(value: Json, token: string): Json | undefined {
  if (Array.isArray(value)) return value[arrayIndex(token, value.length)];
  return isMap(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}
