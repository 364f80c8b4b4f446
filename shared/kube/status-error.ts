import { asObject, type JsonObject, readNumber, readObject, readObjects, readString } from '../api/json.ts';
import { ApiError, type ApiErrorCode } from './api-error.ts';

/** No server may keep us waiting longer than this by Retry-After. */
const longestRetryAfterMs = 300_000;

/** What the server refused, and how. */
export interface RefusedRequest {
  /** `list services`, for the message. */
  readonly what: string;
  readonly status: number;
  /** The answer's body: metav1.Status, or whatever a proxy in between said. */
  readonly body: string;
  readonly retryAfter: string | undefined;
}

/** Makes the error of an answer that is no success. */
export function refusal({ what, status, body, retryAfter }: RefusedRequest): ApiError {
  const json = parseStatus(body);
  const message = readString(json, 'message') ?? body.slice(0, 200).trim();
  const retryAfterMs = readRetryAfter(retryAfter, json);
  return new ApiError(
    isTooLargeVersion(json) ? 'Expired' : codeOf(status, readString(json, 'reason')),
    `cannot ${what}: ${status}${message === '' ? '' : ` ${message}`}`,
    { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  );
}

/** Makes the error of a watch's ERROR event, whose object is a metav1.Status. */
export function refusedWatch(what: string, statusObject: JsonObject): ApiError {
  const status = readNumber(statusObject, 'code') ?? 500;
  return refusal({ what, status, body: JSON.stringify(statusObject), retryAfter: undefined });
}

function codeOf(status: number, reason: string | undefined): ApiErrorCode {
  switch (status) {
    case 400:
      return 'BadRequest';
    case 401:
      return 'Unauthorized';
    case 403:
      return 'Forbidden';
    case 404:
      return 'NotFound';
    case 409:
      return reason === 'AlreadyExists' ? 'AlreadyExists' : 'Conflict';
    case 410:
      return 'Expired';
    case 422:
      return 'Invalid';
    case 429:
      return 'TooManyRequests';
    default:
      return status >= 500 ? 'ServerError' : 'BadRequest';
  }
}

/**
 * The resourceVersion is from the server's future: it was restored from a backup, or is another one. As with 410, only a
 * new list helps; client-go goes by the same cause (apimachinery's `CauseTypeResourceVersionTooLarge`).
 */
function isTooLargeVersion(status: JsonObject): boolean {
  const causes = readObjects(readObject(status, 'details'), 'causes');
  return causes.some((cause) => readString(cause, 'reason') === 'ResourceVersionTooLarge');
}

/** The header in seconds (RFC 9110 §10.2.3; Kubernetes never sends the date form), else `details.retryAfterSeconds`. */
function readRetryAfter(header: string | undefined, status: JsonObject): number | undefined {
  const seconds =
    header !== undefined && /^\d+$/.test(header.trim())
      ? Number(header)
      : readNumber(readObject(status, 'details'), 'retryAfterSeconds');
  return seconds === undefined || seconds < 0 ? undefined : Math.min(seconds * 1000, longestRetryAfterMs);
}

function parseStatus(body: string): JsonObject {
  try {
    return asObject(JSON.parse(body));
  } catch {
    // A proxy's page or nothing: the text itself is the message.
    return {};
  }
}
