import type { Json, JsonMap } from '../resource-definition.ts';
import { type MessageFields, messages } from './messages.ts';
import { ProtobufError, readFields, type WireField } from './wire.ts';

export const kubernetesProtobuf = 'application/vnd.kubernetes.protobuf';

const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

/**
 * An object in Kubernetes' protobuf form, which `kubectl create` sends for built-in kinds: "k8s" and a zero byte, then
 * a runtime.Unknown with the type's name (field 1: apiVersion, kind) and the object's own message (field 2).
 * Throws ProtobufError, also for kinds and fields that are not known here.
 */
export function decodeKubernetesObject(bytes: Uint8Array): JsonMap {
  if (!magic.every((byte, index) => bytes[index] === byte)) throw new ProtobufError('the prefix "k8s" is missing');
  const unknown = byNumber(readFields(bytes.subarray(magic.length)));
  const typeMeta = byNumber(readFields(bytesOf(unknown.get(1))));
  const apiVersion = textOf(bytesOf(typeMeta.get(1)));
  const kind = textOf(bytesOf(typeMeta.get(2)));
  return { apiVersion, kind, ...decodeMessage(kind, bytesOf(unknown.get(2))) };
}

function byNumber(fields: readonly WireField[]): ReadonlyMap<number, WireField> {
  return new Map(fields.map((field) => [field.number, field]));
}

function bytesOf(field: WireField | undefined): Uint8Array {
  return field?.value instanceof Uint8Array ? field.value : new Uint8Array();
}

/** Protobuf's strings are UTF-8; what is not reads as U+FFFD. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function decodeMessage(name: string, bytes: Uint8Array): JsonMap {
  const known: MessageFields | undefined = messages[name];
  if (known === undefined) throw new ProtobufError(`message ${name} is not known here; send JSON`);
  const result: JsonMap = {};
  for (const field of readFields(bytes)) {
    const [key, type] = known[field.number]?.split(' ') ?? [];
    if (key === undefined || type === undefined) {
      throw new ProtobufError(`field ${field.number} of ${name} is not known here; send JSON`);
    }
    addField(result, key, decodeField(type, field), type);
  }
  return result;
}

function addField(result: JsonMap, key: string, value: Json | undefined, type: string): void {
  if (value === undefined) return;
  const known = result[key];
  if (type.endsWith('[]')) result[key] = Array.isArray(known) ? [...known, value] : [value];
  else if (type.startsWith('map<')) result[key] = Object.assign(known ?? {}, value);
  else result[key] = value;
}

/** The value of one occurrence of a field; undefined where its zero means absent. */
function decodeField(type: string, field: WireField): Json | undefined {
  if (type.endsWith('[]')) return decodeSingle(type.slice(0, -'[]'.length), field);
  const inMap = /^map<(\w+)>$/.exec(type)?.[1];
  if (inMap !== undefined) return decodeEntry(inMap, field);
  if (type.endsWith('?')) return decodeSingle(type.slice(0, -1), field);
  const value = decodeSingle(type, field);
  return value === '' || value === 0 || value === false ? undefined : value;
}

/** A map's entry is a message of its own: field 1 the key, field 2 the value. */
function decodeEntry(type: string, field: WireField): JsonMap {
  const entry = byNumber(readFields(bytesOf(field)));
  const key = textOf(bytesOf(entry.get(1)));
  return { [key]: decodeSingle(type, entry.get(2) ?? { number: 2, value: new Uint8Array() }) ?? '' };
}

function decodeSingle(type: string, field: WireField): Json | undefined {
  const { value } = field;
  switch (type) {
    case 'number':
      return typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : undefined;
    case 'boolean':
      return value === 1n;
    case 'string':
      return textOf(bytesOf(field));
    case 'bytes':
      return Buffer.from(bytesOf(field)).toString('base64');
    case 'Time':
      return decodeTime(bytesOf(field));
    case 'IntOrString':
      return decodeIntOrString(bytesOf(field));
    default:
      return decodeMessage(type, bytesOf(field));
  }
}

/** metav1.Time: seconds since 1970; an empty message is Go's zero time, which means none. */
function decodeTime(bytes: Uint8Array): string | undefined {
  const seconds = byNumber(readFields(bytes)).get(1)?.value;
  if (typeof seconds !== 'bigint') return undefined;
  const time = new Date(Number(BigInt.asIntN(64, seconds)) * 1000);
  if (Number.isNaN(time.getTime())) throw new ProtobufError(`${seconds} seconds are no time`);
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** intstr.IntOrString: field 1 tells which, 0 the number in field 2, 1 the text in field 3. */
function decodeIntOrString(bytes: Uint8Array): number | string {
  const fields = byNumber(readFields(bytes));
  if (fields.get(1)?.value === 1n) return textOf(bytesOf(fields.get(3)));
  const value = fields.get(2)?.value;
  return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : 0;
}
