import type { IncomingMessage, ServerResponse } from 'node:http';
import { discoveryAt } from '../discovery/discovery-path.ts';
import { openApiAt } from '../openapi/openapi-path.ts';
import type { Registry } from '../registry.ts';
import { sendJson, sendText } from './json-response.ts';

export interface StaticRequest {
  readonly registry: Registry;
  readonly path: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The version that the server behaves like, under a name that says what it is. */
const version = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.0-herald-standin',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: `${process.platform}/${process.arch}`,
};

const healthPaths = ['/healthz', '/readyz', '/livez'];

/** Answers what needs no user, as the role system:public-info-viewer has it; false where the path is none of these. */
export function answerPublicPath({ path, response }: StaticRequest): boolean {
  if (healthPaths.some((health) => path === health || path.startsWith(`${health}/`))) {
    sendText(response, 200, 'ok');
    return true;
  }
  if (path === '/version' || path === '/version/') {
    sendJson(response, 200, JSON.stringify(version));
    return true;
  }
  return false;
}

/** Answers discovery and OpenAPI; false where the path is none of these. */
export function answerDocumentPath(asked: StaticRequest): boolean {
  return answerDiscovery(asked) || answerOpenApi(asked);
}

function answerDiscovery({ registry, path, request, response }: StaticRequest): boolean {
  const { accept = '', host = '' } = request.headers;
  const answer = discoveryAt({ definitions: registry.definitions, path, accept, serverAddress: host });
  if (answer === undefined) return false;
  response.setHeader('vary', 'Accept');
  sendJson(response, 200, JSON.stringify(answer.document), answer.contentType);
  return true;
}

function answerOpenApi({ registry, path, request, response }: StaticRequest): boolean {
  const document = openApiAt(registry.definitions, path, request.headers.accept ?? '');
  if (document === undefined) return false;
  if (document === 'notAcceptable' && path === '/openapi/v2') sendEmptyProtobuf(response);
  else if (document === 'notAcceptable') sendText(response, 406, 'only application/json is served here\n');
  else sendJson(response, 200, JSON.stringify(document));
  return true;
}

/**
 * OpenAPI v2 in protobuf, without any path. kubectl looks there, and only in protobuf, for kinds that v3 does not have;
 * finding nothing it goes on to say "no matches for kind", as it does with a real server.
 */
function sendEmptyProtobuf(response: ServerResponse): void {
  // openapi.v2.Document: swagger (field 1) "2.0", info (field 2) of title (field 1) "k".
  const document = Buffer.from([0x0a, 3, ...Buffer.from('2.0'), 0x12, 3, 0x0a, 1, ...Buffer.from('k')]);
  response.writeHead(200, { 'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' });
  response.end(document);
}
