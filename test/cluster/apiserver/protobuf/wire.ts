/** Bytes that are no protobuf, or none that can be read here. */
export class ProtobufError extends Error {
  readonly code = 'protobuf';

  constructor(why: string) {
    super(`cannot read protobuf: ${why}`);
    this.name = 'ProtobufError';
  }
}

/** One field of a message. Fixed-width fields do not occur in what Kubernetes' clients send, and are refused. */
export interface WireField {
  readonly number: number;
  /** A number for varints, the content for everything that has a length. */
  readonly value: bigint | Uint8Array;
}

/**
 * The fields of a message in their order (https://protobuf.dev/programming-guides/encoding): a tag, which is
 * `number << 3 | wireType`, then a varint (wire type 0), or a length and that many bytes (wire type 2).
 */
export function readFields(bytes: Uint8Array): readonly WireField[] {
  const fields: WireField[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const tag = readVarint(bytes, offset);
    const number = Number(tag.value >> 3n);
    const wireType = Number(tag.value & 7n);
    const next = readVarint(bytes, tag.end);
    if (wireType === 0) {
      fields.push({ number, value: next.value });
      offset = next.end;
    } else if (wireType === 2) {
      offset = next.end + Number(next.value);
      if (offset > bytes.length) throw new ProtobufError(`field ${number} reaches past the end`);
      fields.push({ number, value: bytes.subarray(next.end, offset) });
    } else throw new ProtobufError(`field ${number} has wire type ${wireType}`);
  }
  return fields;
}

function readVarint(bytes: Uint8Array, start: number): { value: bigint; end: number } {
  let value = 0n;
  // A varint of 64 bits takes at most ten bytes.
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) throw new ProtobufError(`a varint at byte ${start} has no end`);
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if ((byte & 0x80) === 0) return { value: BigInt.asUintN(64, value), end: start + index + 1 };
  }
  throw new ProtobufError(`a varint at byte ${start} is too long`);
}
