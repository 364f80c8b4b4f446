import type { ServerResponse } from 'node:http';
import { type StatusError, statusBody } from './status-error.ts';

export function sendJson(response: ServerResponse, code: number, text: string, contentType = 'application/json'): void {
  // The client is gone: nobody to answer.
  if (response.destroyed || response.headersSent) return;
  response.writeHead(code, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

export function sendText(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

export function sendStatusError(response: ServerResponse, error: StatusError): void {
  const retryAfter = error.details?.['retryAfterSeconds'];
  if (typeof retryAfter === 'number' && !response.headersSent) response.setHeader('retry-after', String(retryAfter));
  sendJson(response, error.code, JSON.stringify(statusBody(error)));
}

/** The answer to a write, not yet sent. */
export interface Reply {
  readonly code: number;
  readonly text: string;
  readonly warnings: readonly string[];
}

export function sendReply(response: ServerResponse, reply: Reply): void {
  if (reply.warnings.length > 0 && !response.headersSent) response.setHeader('warning', reply.warnings.map(warning));
  sendJson(response, reply.code, reply.text);
}

/** A Warning header (RFC 7234 §5.5) with code 299, as kubectl prints it. */
function warning(text: string): string {
  return `299 - "${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
