import type { JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { openApiV2 } from './v2.ts';
import { openApiV3Document, openApiV3Index } from './v3.ts';

/**
 * The OpenAPI document at a path (/openapi/v2, /openapi/v3, /openapi/v3/apis/GROUP/VERSION), always JSON; undefined
 * where there is none. `notAcceptable`: the client takes nothing but protobuf (HTTP 406), which is not made.
 */
export function openApiAt(
  definitions: readonly ResourceDefinition[],
  path: string,
  accept: string,
): JsonMap | 'notAcceptable' | undefined {
  const [root, form, ...rest] = path.split('/').filter((part) => part !== '');
  if (root !== 'openapi') return undefined;
  if (!acceptsJson(accept)) return form === 'v2' || form === 'v3' ? 'notAcceptable' : undefined;
  if (form === 'v2') return rest.length === 0 ? openApiV2(definitions) : undefined;
  if (form !== 'v3') return undefined;
  const [prefix, first, second] = rest;
  if (prefix === undefined) return openApiV3Index(definitions);
  if (prefix === 'api' && first !== undefined && rest.length === 2) {
    return openApiV3Document(definitions, { group: '', version: first });
  }
  if (prefix !== 'apis' || first === undefined || second === undefined || rest.length > 3) return undefined;
  return openApiV3Document(definitions, { group: first, version: second });
}

function acceptsJson(accept: string): boolean {
  if (accept.trim() === '') return true;
  const media = accept.split(',').map((range) => range.split(';')[0]?.trim());
  return media.some((type) => type === 'application/json' || type === 'application/*' || type === '*/*');
}
