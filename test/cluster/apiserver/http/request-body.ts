import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { decodeKubernetesObject, kubernetesProtobuf } from '../protobuf/kubernetes-object.ts';
import type { Json, JsonMap } from '../resource-definition.ts';
import { isMap } from '../schema/json-value.ts';
import { badRequest, StatusError, unsupportedMediaType } from './status-error.ts';

/** The real server's limit for a request body. */
const maxBodyBytes = 3 * 1024 * 1024;

export interface RequestBody {
  readonly mediaType: string;
  readonly text: string;
}

export async function readBody(request: IncomingMessage): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    size += chunk.length;
    if (size > maxBodyBytes) {
      throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`);
    }
    chunks.push(chunk);
  }
  const header = request.headers['content-type'] ?? 'application/json';
  const mediaType = header.split(';')[0]?.trim() ?? '';
  const bytes = Buffer.concat(chunks);
  if (mediaType === kubernetesProtobuf) return { mediaType: 'application/json', text: jsonOfProtobuf(bytes) };
  return { mediaType, text: bytes.toString('utf8') };
}

/** `kubectl create` sends built-in kinds as protobuf and does not fall back to JSON. */
function jsonOfProtobuf(bytes: Buffer): string {
  if (bytes.length === 0) return '';
  try {
    return JSON.stringify(decodeKubernetesObject(bytes));
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${messageOf(error)}`);
  }
}

/** A whole object in JSON or YAML. Empty reads as an empty object. */
export function parseObjectBody(body: RequestBody): JsonMap {
  if (body.text === '') return {};
  const value = parseJsonOrYaml(body);
  if (!isMap(value)) throw badRequest('the object provided is unrecognized: expected an object');
  return value;
}

function parseJsonOrYaml(body: RequestBody): Json {
  switch (body.mediaType) {
    case 'application/json':
    case '':
    case '*/*':
      return parseJson(body.text);
    case 'application/yaml':
    case 'application/apply-patch+yaml':
      return parseYamlText(body.text);
    default:
      throw unsupportedMediaType(['application/json', 'application/yaml']);
  }
}

export function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${messageOf(error)}`);
  }
}

function parseYamlText(text: string): Json {
  try {
    return parseYaml(text);
  } catch (error) {
    throw badRequest(`error converting YAML to JSON: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
