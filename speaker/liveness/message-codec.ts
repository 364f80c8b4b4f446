import { DecodeError } from '../datapath/decode-error.ts';
import { claimsLength, readClaims, writeClaims } from './claims-codec.ts';
import { IdTexts } from './id-texts.ts';
import type { Message, MessageHeader, Pulse, Suspect } from './message.ts';
import type { MessageKey } from './message-key.ts';

/*
 * A message between speakers, one per UDP datagram; numbers in network order
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |                         magic "HRLD"                          |
 * +---------------+---------------+-------------------------------+
 * |  version (1)  |     type      |     reserved (0, not read)    |
 * +---------------+---------------+-------------------------------+
 * |             key id: first 4 octets of its SHA-256             |
 * +---------------------------------------------------------------+
 * |               sender: node id (8), incarnation (8)            |
 * +---------------------------------------------------------------+
 * |                        sequence (8)                           |
 * +---------------------------------------------------------------+
 * |  body, by type
 * +---------------------------------------------------------------+
 * |  HMAC-SHA256 over all before it, its first 16 octets (RFC 2104 §5)
 * +---------------------------------------------------------------+
 *
 * 1 pulse    interval ms (2), multiplier (1), flags (1): 1 = leaving, claims version (4), Unix ms (8)
 * 2 hello    nonce (8)
 * 3 welcome  nonce (8), probation ms (2)
 * 4 suspect  node id (8), incarnation (8) of the target
 * 5 alive    as suspect
 * 6 leave    nothing
 * 7 claims   see `claims-codec.ts`
 *
 * Newer speakers may append to a body, but for claims, and set flags: neither is read here. Of what else may change, see
 * docs/adr/0004.
 */
const magic = 0x48524c44;
const version = 1;
const field = { version: 4, type: 5, keyId: 8, sender: 12, incarnation: 20, sequence: 28 } as const;
const headerLength = 36;
const authenticatorLength = 16;
/** What fits the smallest MTU of IPv6 (RFC 8200 §5) unfragmented. */
export const maxMessageLength = 1_232;

const typeNumber: Readonly<Record<Message['type'], number>> = {
  pulse: 1,
  hello: 2,
  welcome: 3,
  suspect: 4,
  alive: 5,
  leave: 6,
  claims: 7,
};
const leavingFlag = 1;

export interface DecodedMessage {
  readonly header: MessageHeader;
  readonly message: Message;
}

/** One sender's messages, each written into the same memory. */
export class MessageWriter {
  readonly #bytes = new Uint8Array(maxMessageLength);
  readonly #view = new DataView(this.#bytes.buffer);

  constructor({ sender, incarnation }: Pick<MessageHeader, 'sender' | 'incarnation'>) {
    this.#view.setUint32(0, magic);
    this.#view.setUint8(field.version, version);
    writeId(this.#view, field.sender, sender);
    writeId(this.#view, field.incarnation, incarnation);
  }

  /**
   * Writes and authenticates; valid until the next call. A group that is no address, or more entries than fit, is a
   * RangeError.
   */
  write(sequence: number, message: Message, key: MessageKey): Uint8Array<ArrayBuffer> {
    const end = headerLength + bodyLength(message);
    const length = end + authenticatorLength;
    if (length > maxMessageLength) throw new RangeError('cannot encode a message: too many entries');
    const view = this.#view;
    view.setUint8(field.type, typeNumber[message.type]);
    view.setUint32(field.keyId, key.number);
    writeU64(view, field.sequence, sequence);
    writeBody(view, headerLength, message);
    const authenticator = key.authenticatorOf(this.#bytes, end);
    for (let at = 0; at < authenticatorLength; at += 1) this.#bytes[end + at] = authenticator[at] ?? 0;
    return this.#bytes.subarray(0, length);
  }
}

/** As `MessageWriter.write`, in memory of its own. */
export function encodeMessage(header: MessageHeader, message: Message, key: MessageKey): Uint8Array<ArrayBuffer> {
  return new MessageWriter(header).write(header.sequence, message, key);
}

/** `MessageKey.number` of the key that a message says it was made with; DecodeError where it is none of this version. */
export function keyNumberOf(bytes: Uint8Array): number {
  if (bytes.length < headerLength + authenticatorLength) fail(`ends after ${bytes.length} octets`, bytes.length);
  if (bytes.length > maxMessageLength) fail(`has ${bytes.length} octets`, maxMessageLength);
  if (u32At(bytes, 0) !== magic) fail('it does not begin with HRLD', 0);
  if (bytes[field.version] !== version) fail(`version ${bytes[field.version]}`, field.version);
  return u32At(bytes, field.keyId);
}

/** Whether it was made for speakers that know a version or a type of messages which this one does not. */
export function isOfOtherVersion(bytes: Uint8Array): boolean {
  if (bytes.length < headerLength) return false;
  const types: readonly (number | undefined)[] = Object.values(typeNumber);
  const isKnown = bytes[field.version] === version && types.includes(bytes[field.type]);
  return u32At(bytes, 0) === magic && !isKnown;
}

/** Whether the message was made by somebody who has the key. For bytes that have passed `keyNumberOf`. */
export function isAuthentic(bytes: Uint8Array, key: MessageKey): boolean {
  const end = bytes.length - authenticatorLength;
  const authenticator = key.authenticatorOf(bytes, end);
  let difference = 0;
  // All of them, so that the time does not tell how many are right.
  for (let at = 0; at < authenticatorLength; at += 1) difference |= (bytes[end + at] ?? 0) ^ (authenticator[at] ?? 0);
  return difference === 0;
}

/** Reads a message, whoever made it: `isAuthentic` is to be asked first. `ids`: those that were read before. */
export function decodeMessage(bytes: Uint8Array, ids = new IdTexts()): DecodedMessage {
  keyNumberOf(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength - authenticatorLength);
  const header: MessageHeader = {
    sender: ids.read(view, field.sender),
    incarnation: ids.read(view, field.incarnation),
    sequence: readU64(view, field.sequence),
  };
  if (!Number.isSafeInteger(header.sequence)) fail('no such sequence number', field.sequence);
  return { header, message: readBody(view, ids) };
}

function bodyLength(message: Message): number {
  switch (message.type) {
    case 'pulse':
    case 'suspect':
    case 'alive':
      return 16;
    case 'hello':
      return 8;
    case 'welcome':
      return 10;
    case 'leave':
      return 0;
    case 'claims':
      return claimsLength(message);
  }
}

function writeBody(view: DataView, at: number, message: Message): void {
  switch (message.type) {
    case 'pulse':
      view.setUint16(at, message.intervalMs);
      view.setUint8(at + 2, message.multiplier);
      view.setUint8(at + 3, message.leaving ? leavingFlag : 0);
      view.setUint32(at + 4, message.claimsVersion);
      writeU64(view, at + 8, message.wallMs);
      break;
    case 'hello':
      writeId(view, at, message.nonce);
      break;
    case 'welcome':
      writeId(view, at, message.nonce);
      view.setUint16(at + 8, message.probationMs);
      break;
    case 'suspect':
    case 'alive':
      writeId(view, at, message.target);
      writeId(view, at + 8, message.targetIncarnation);
      break;
    case 'claims':
      writeClaims(view, at, message);
      break;
    case 'leave':
      break;
  }
}

/** `view` ends where the authenticator begins. */
function readBody(view: DataView, ids: IdTexts): Message {
  const type = view.getUint8(field.type);
  switch (type) {
    case typeNumber.pulse:
      return readPulse(sized(view, 16));
    case typeNumber.hello:
      return { type: 'hello', nonce: ids.read(sized(view, 8), headerLength) };
    case typeNumber.welcome:
      return {
        type: 'welcome',
        nonce: ids.read(sized(view, 10), headerLength),
        probationMs: view.getUint16(headerLength + 8),
      };
    case typeNumber.suspect:
      return { type: 'suspect', ...readTarget(sized(view, 16), ids) };
    case typeNumber.alive:
      return { type: 'alive', ...readTarget(sized(view, 16), ids) };
    case typeNumber.leave:
      return { type: 'leave' };
    case typeNumber.claims:
      return readClaims(view, headerLength);
    default:
      return fail(`type ${type}`, field.type);
  }
}

/** At least so long. */
function sized(view: DataView, length: number): DataView {
  const actual = view.byteLength - headerLength;
  if (actual < length) fail(`a body of ${actual} octets instead of ${length}`, headerLength + actual);
  return view;
}

function readPulse(view: DataView): Pulse {
  const intervalMs = view.getUint16(headerLength);
  const multiplier = view.getUint8(headerLength + 2);
  // As BFD's Detect Mult (RFC 5880 §6.8.6): from zero no detection time follows.
  if (intervalMs === 0) fail('the interval is zero', headerLength);
  if (multiplier === 0) fail('the multiplier is zero', headerLength + 2);
  const wallMs = readU64(view, headerLength + 8);
  if (!Number.isSafeInteger(wallMs)) fail('no such time', headerLength + 8);
  return {
    type: 'pulse',
    intervalMs,
    multiplier,
    // Flags that are not known are not read.
    leaving: (view.getUint8(headerLength + 3) & leavingFlag) !== 0,
    claimsVersion: view.getUint32(headerLength + 4),
    wallMs,
  };
}

function readTarget(view: DataView, ids: IdTexts): Omit<Suspect, 'type'> {
  return { target: ids.read(view, headerLength), targetIncarnation: ids.read(view, headerLength + 8) };
}

/** 16 hex digits. */
function writeId(view: DataView, at: number, id: string): void {
  view.setUint32(at, Number.parseInt(id.slice(0, 8), 16));
  view.setUint32(at + 4, Number.parseInt(id.slice(8), 16));
}

function writeU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 4, value % 2 ** 32);
}

/** Not exact beyond the safe integers, but never one of these then. */
function readU64(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}

function u32At(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return high * 2 ** 16 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
}

function fail(why: string, offset: number): never {
  throw new DecodeError('message', why, offset);
}
