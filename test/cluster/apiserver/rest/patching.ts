import { parseJson, parseObjectBody, type RequestBody } from '../http/request-body.ts';
import { applyConflict, badRequest, StatusError, unsupportedMediaType } from '../http/status-error.ts';
import { omit } from '../omit.ts';
import { serverSideApply } from '../patch/apply.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { PatchError } from '../patch/patch-error.ts';
import { applyStrategicMerge } from '../patch/strategic-merge.ts';
import type { JsonMap } from '../resource-definition.ts';
import { isMap } from '../schema/json-value.ts';
import type { WriteScope } from './write-scope.ts';

const jsonPatch = 'application/json-patch+json';
const mergePatch = 'application/merge-patch+json';
const strategicMergePatch = 'application/strategic-merge-patch+json';
const applyPatch = 'application/apply-patch+yaml';

export interface PatchOptions {
  readonly force: boolean;
}

/** What a PATCH makes of the live object, which is undefined only for a server-side apply that creates. */
export function patchOf(
  scope: WriteScope,
  body: RequestBody,
  options: PatchOptions,
): (live: JsonMap | undefined) => JsonMap {
  const change = changeOf(scope, body, options);
  return (live) => {
    try {
      return change(live);
    } catch (error) {
      throw error instanceof PatchError ? refusal(error) : error;
    }
  };
}

function changeOf(scope: WriteScope, body: RequestBody, options: PatchOptions): (live: JsonMap | undefined) => JsonMap {
  const { definition } = scope;
  switch (body.mediaType) {
    case jsonPatch: {
      const operations = parseJson(body.text);
      return (live) => asObject(applyJsonPatch(live ?? {}, operations));
    }
    case mergePatch: {
      const patch = asObject(parseJson(body.text));
      return (live) => asObject(applyMergePatch(live ?? {}, patch));
    }
    case strategicMergePatch: {
      // Custom resources have no merge keys of their own.
      if (definition.structural) throw unsupportedMediaType([jsonPatch, mergePatch, applyPatch]);
      const patch = asObject(parseJson(body.text));
      return (live) => applyStrategicMerge(live ?? {}, patch, definition.schema);
    }
    case applyPatch:
      return (live) => applied(scope, live, parseObjectBody(body), options);
    default:
      throw unsupportedMediaType([jsonPatch, mergePatch, strategicMergePatch, applyPatch]);
  }
}

function applied(scope: WriteScope, live: JsonMap | undefined, wanted: JsonMap, options: PatchOptions): JsonMap {
  const result = serverSideApply({
    live,
    applied: appliedPart(scope, wanted),
    subresource: scope.subresource,
    manager: scope.manager,
    force: options.force,
    schema: scope.definition.schema,
    nowMs: scope.nowMs,
  });
  if (result.conflicts.length > 0) throw applyConflict(result.conflicts);
  // Parts of it may be the live object's own.
  return structuredClone(result.object);
}

/** An apply owns nothing of what its subresource leaves alone. */
function appliedPart({ definition, subresource }: WriteScope, wanted: JsonMap): JsonMap {
  if (subresource !== 'status') return definition.statusSubresource ? omit(wanted, 'status') : wanted;
  const { apiVersion = null, kind = null, status = {} } = wanted;
  return { apiVersion, kind, metadata: {}, status };
}

function asObject(value: unknown): JsonMap {
  if (!isMap(value)) throw badRequest('the patch does not give an object');
  return value;
}

function refusal(error: PatchError): StatusError {
  switch (error.code) {
    case 'malformed':
      return badRequest(error.message);
    case 'conflict':
      return new StatusError(409, 'Conflict', error.message);
    default:
      return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
        causes: [{ message: error.message }],
      });
  }
}
