import { asObject, isJsonObject, readString } from '../api/json.ts';
import type { WatchEvent } from './api-client.ts';
import { ApiError } from './api-error.ts';
import { LineSplitter } from './line-splitter.ts';
import { refusedWatch } from './status-error.ts';

/** etcd takes objects of 1.5 MiB; as JSON, escaped, they may be several times that. */
const maxLineBytes = 16 * 1024 * 1024;

/**
 * Reads the body of a watch: one JSON object per line.
 * @throws ApiError for an ERROR event (`Expired` on 410), `Unreachable` for a stream that is cut inside a line or is no watch
 */
export async function* readWatchStream(chunks: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<WatchEvent> {
  const splitter = new LineSplitter(maxLineBytes);
  for await (const chunk of chunks) {
    for (const line of splitter.push(chunk)) yield parseWatchEvent(line, what);
  }
  // Without a length the end of the connection is the end of the body (RFC 9112 §6.3), so a cut can look like an end.
  if (splitter.pending > 0) throw new ApiError('Unreachable', `cannot ${what}: the stream was cut inside a line`, {});
}

function parseWatchEvent(line: string, what: string): WatchEvent {
  const event = asObject(parseJson(line, what));
  const type = readString(event, 'type');
  const object = event['object'];
  if (!isJsonObject(object)) throw new ApiError('Unreachable', `cannot ${what}: an event without object`, {});
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return { type, object };
    case 'ERROR':
      throw refusedWatch(what, object);
    default:
      throw new ApiError('Unreachable', `cannot ${what}: an event of unknown type ${JSON.stringify(type)}`, {});
  }
}

function parseJson(line: string, what: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new ApiError('Unreachable', `cannot ${what}: a line that is no JSON`, { cause });
  }
}
