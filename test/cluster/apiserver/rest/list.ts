import { badRequest, expired, invalidOptions, tooLargeResourceVersion } from '../http/status-error.ts';
import { forbiddenField } from '../kinds/field-problem.ts';
import { collectionOf } from '../registry.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import type { Store } from '../store/store.ts';
import { type StoredObject, storeKey } from '../store/stored-object.ts';
import type { Selection } from './selection.ts';
import { viewOf } from './view.ts';

export interface ListRequest {
  readonly definition: ResourceDefinition;
  readonly selection: Selection;
  /** 0: no limit. */
  readonly limit: number;
  readonly continueToken: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
}

export interface Listed {
  readonly items: readonly StoredObject[];
  readonly revision: number;
  readonly continueToken: string;
  /** How many follow; undefined where a selector makes it unknown, as the real server has it. */
  readonly remaining: number | undefined;
}

/** One page of a collection, as of one revision: pages of one list never mix states. */
export function listObjects(store: Store, request: ListRequest): Listed {
  const resume = request.continueToken === '' ? undefined : decodeToken(request.continueToken);
  const revision = resume?.revision ?? revisionToList(store, request);
  const objects = store.snapshot(collectionOf(request.definition), revision);
  if (objects === undefined) throw tooOld(resume !== undefined);
  const start = resume === undefined ? 0 : firstAfter(objects, resume.key);
  const page = takePage(objects, start, request);
  const last = page.items.at(-1);
  if (!page.more || last === undefined) return { ...page, revision, continueToken: '', remaining: undefined };
  return {
    items: page.items,
    revision,
    continueToken: encodeToken({ revision, key: storeKey(last.namespace, last.name) }),
    remaining: request.selection.filtered ? undefined : page.remaining,
  };
}

/** resourceVersion '' and '0' and "not older than" give the latest; only an exact match goes back in time. */
function revisionToList(store: Store, request: ListRequest): number {
  const { resourceVersion: text, resourceVersionMatch: match } = request;
  if (text === '' && match !== '') {
    const why = 'resourceVersionMatch is forbidden unless resourceVersion is provided';
    throw invalidOptions('ListOptions', forbiddenField('resourceVersionMatch', why));
  }
  if (text === '' || text === '0') return store.revision;
  const wanted = parseRevision(text);
  if (wanted > store.revision) throw tooLargeResourceVersion(wanted, store.revision);
  return match === 'Exact' || (match === '' && request.limit > 0) ? wanted : store.revision;
}

export function parseRevision(text: string): number {
  if (!/^\d+$/.test(text)) throw invalidRevision(text);
  return Number(text);
}

function invalidRevision(text: string) {
  const why = `strconv.ParseUint: parsing "${text}": invalid syntax`;
  return badRequest(`invalid resource version: resourceVersion: Invalid value: "${text}": ${why}`);
}

function tooOld(continued: boolean) {
  if (!continued) return expired('The resourceVersion for the provided list is too old.');
  return expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
      'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
      'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
      'deleted between the time the first chunk was returned and now may show up in the list.',
  );
}

interface Page {
  readonly items: readonly StoredObject[];
  readonly more: boolean;
  readonly remaining: number;
}

function takePage(objects: readonly StoredObject[], start: number, request: ListRequest): Page {
  const { selection, limit, definition } = request;
  const items: StoredObject[] = [];
  let remaining = 0;
  for (let index = start; index < objects.length; index++) {
    const object = objects[index];
    if (object === undefined || !selection.includes(object, (json) => viewOf(definition, json))) continue;
    if (limit > 0 && items.length === limit) remaining++;
    else items.push(object);
    // One more is enough to know that there is more; counting them all is only for unfiltered lists.
    if (remaining > 0 && selection.filtered) break;
  }
  return { items, more: remaining > 0, remaining };
}

/** Binary search for the first object whose key is greater. */
function firstAfter(objects: readonly StoredObject[], key: string): number {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const object = objects[middle];
    if (object !== undefined && storeKey(object.namespace, object.name) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface ContinueToken {
  readonly revision: number;
  readonly key: string;
}

function encodeToken(token: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: token.key })).toString(
    'base64url',
  );
}

function decodeToken(text: string): ContinueToken {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (typeof token === 'object' && token !== null && 'rv' in token && 'start' in token) {
      return { revision: Number(token.rv), key: String(token.start) };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest('continue key is not valid: it is not a token of this server');
}
