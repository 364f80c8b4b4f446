import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults, WriteFault, WriteFaults } from '../faults.ts';
import type { JsonMap } from '../resource-definition.ts';
import { isMap, mapAt, numberAt, stringAt } from '../schema/json-value.ts';
import { sendJson, sendStatusError } from './json-response.ts';
import { parseObjectBody, readBody } from './request-body.ts';
import { badRequest } from './status-error.ts';

/** No part of Kubernetes: where tests in other processes switch faults. */
export const faultPath = '/herald/faults';

const writeFaults: readonly WriteFault[] = [409, 429, 500, 503, 'cut'];

/** POST one of `{"action": "failWrites" | "cutWatches" | "compactHistory" | "restore" | "pause" | "resume"}`. */
export async function handleFaultRequest(
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = parseObjectBody(await readBody(request));
  switch (stringAt(body, ['action'])) {
    case 'failWrites':
      faults.failWrites(isMap(body['faults']) ? parseWriteFaults(body['faults']) : undefined);
      break;
    case 'cutWatches':
      faults.cutWatches();
      break;
    case 'compactHistory':
      faults.compactHistory();
      break;
    case 'restore':
      faults.restore(stringAt(body, ['collection']), mapAt(body, ['object']));
      break;
    case 'pause':
      faults.pause();
      break;
    case 'resume':
      faults.resume();
      break;
    default:
      sendStatusError(response, badRequest('cannot switch faults: unknown action'));
      return;
  }
  sendJson(response, 200, '{}');
}

/** `{"fault": 409 | 429 | 500 | 503 | "cut", "fraction", "after", "plural", "retryAfterSeconds"}` */
function parseWriteFaults(body: JsonMap): WriteFaults {
  const fault = writeFaults.find((known) => known === body['fault']);
  if (fault === undefined) throw badRequest(`cannot fail writes: fault is none of ${writeFaults.join(', ')}`);
  const plural = stringAt(body, ['plural']);
  const retryAfterSeconds = numberAt(body, ['retryAfterSeconds']);
  return {
    fault,
    fraction: numberAt(body, ['fraction']) ?? 1,
    after: body['after'] === true,
    ...(plural === '' ? {} : { plural }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}
