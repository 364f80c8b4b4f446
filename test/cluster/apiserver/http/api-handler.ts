import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerFault, type Faults } from '../faults.ts';
import type { Registry } from '../registry.ts';
import type { ReadHandlers } from '../rest/read-handlers.ts';
import type { WriteHandlers } from '../rest/write-handlers.ts';
import type { Store } from '../store/store.ts';
import { type AccessRules, answerAccessReview, answerReviewOfSubject } from './access-review.ts';
import { type Authorization, authorizationPath } from './authorization.ts';
import { faultPath, handleFaultRequest } from './fault-endpoint.ts';
import { sendJson, sendReply, sendStatusError, sendText } from './json-response.ts';
import type { ResourceRequest } from './resource-request.ts';
import { parseResourcePath, type ResourcePath } from './route.ts';
import { answerDocumentPath, answerPublicPath } from './static-paths.ts';
import { noSuchResource, StatusError } from './status-error.ts';

export interface HandlerParts {
  readonly registry: Registry;
  readonly store: Store;
  readonly reads: ReadHandlers;
  readonly writes: WriteHandlers;
  readonly faults: Faults;
  readonly access: AccessRules;
  readonly authorization: Authorization;
  readonly nowMs: () => number;
}

/** Takes one HTTP request to its answer. */
export async function handleRequest(
  parts: HandlerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await answer(parts, request, response);
  } catch (error) {
    if (response.destroyed) return;
    sendStatusError(response, asStatusError(error));
  }
}

function asStatusError(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new StatusError(500, 'InternalError', `Internal error occurred: ${why}`);
}

async function answer(parts: HandlerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://server');
  if (url.pathname === faultPath) return handleFaultRequest(parts.faults, request, response);
  if (url.pathname === authorizationPath) {
    sendJson(response, 200, JSON.stringify({ items: parts.authorization.allowed }));
    return;
  }
  if (parts.faults.paused) return;
  const asked = { registry: parts.registry, path: url.pathname, request, response };
  if (answerPublicPath(asked)) return;
  const user = parts.access.authenticate(request.headers.authorization);
  if (answerDocumentPath(asked)) return;
  const path = parseResourcePath(url.pathname);
  if (path === undefined) {
    sendText(response, 404, '404 page not found\n');
    return;
  }
  if (path.plural === 'selfsubjectaccessreviews') return answerAccessReview(parts.access, user, request, response);
  if (path.plural === 'subjectaccessreviews') return answerReviewOfSubject(parts.store, request, response);
  const asking = resourceRequest(parts, path, { request, response, query: url.searchParams });
  parts.authorization.require(user, asking);
  await answerResource(parts, asking);
}

function resourceRequest(
  parts: HandlerParts,
  path: ResourcePath,
  http: Pick<ResourceRequest, 'request' | 'response' | 'query'>,
): ResourceRequest {
  const definition = parts.registry.find(path.group, path.version, path.plural);
  if (definition === undefined) throw noSuchResource();
  if (path.namespace !== '' && !definition.namespaced) throw noSuchResource();
  if (path.subresource !== '' && !(path.subresource === 'status' && definition.statusSubresource)) {
    throw noSuchResource();
  }
  return { definition, path, nowMs: parts.nowMs, ...http };
}

async function answerResource(parts: HandlerParts, request: ResourceRequest): Promise<void> {
  const { method } = request.request;
  const { definition, path } = request;
  if (path.name !== '' && definition.namespaced && path.namespace === '') throw noSuchResource();
  if (method === 'GET' || method === 'HEAD') {
    parts.reads.handle(request);
    return;
  }
  const faults = parts.faults.nextWriteFault(definition.plural);
  if (faults !== undefined && faults.after !== true) {
    answerFault(request.response, faults);
    return;
  }
  const reply = await parts.writes.handle(request);
  if (faults === undefined) sendReply(request.response, reply);
  else answerFault(request.response, faults);
}
