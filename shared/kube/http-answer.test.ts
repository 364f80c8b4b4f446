import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type HttpAnswer, HttpAnswerError, HttpAnswerReader } from './http-answer.ts';

interface Row {
  readonly name: string;
  /** Lines. */
  readonly head: readonly string[];
  /** Each character is one byte. */
  readonly body?: string;
  /** The server closes the connection behind it. */
  readonly closed?: true;
  readonly answer: HttpAnswer;
  readonly persistent: boolean;
}

const answered = (status: number, body: string, fields: Partial<HttpAnswer> = {}): HttpAnswer => ({
  status,
  retryAfter: undefined,
  date: undefined,
  body,
  ...fields,
});

const rows: readonly Row[] = [
  {
    name: 'a body with a length',
    head: ['HTTP/1.1 200 OK', 'Date: Thu, 01 Jan 2026 00:00:00 GMT', 'Content-Length: 4'],
    body: '"\xc3\xa9"',
    answer: answered(200, '"é"', { date: 'Thu, 01 Jan 2026 00:00:00 GMT' }),
    persistent: true,
  },
  {
    name: 'an empty body',
    head: ['HTTP/1.1 500 Internal Server Error', 'Content-Length: 0'],
    answer: answered(500, ''),
    persistent: true,
  },
  {
    name: 'a status line without a reason, fields without white space, and names in any case',
    head: ['HTTP/1.1 429', 'RETRY-AFTER:3', 'content-LENGTH:\t2 '],
    body: '{}',
    answer: answered(429, '{}', { retryAfter: '3' }),
    persistent: true,
  },
  {
    name: 'a body in chunks, one cut inside a character, with an extension and a trailer',
    head: ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'],
    body: '2;x=y\r\n"\xc3\r\n2 \r\n\xa9"\r\n0\r\nExpires: never\r\n\r\n',
    answer: answered(200, '"é"'),
    persistent: true,
  },
  {
    name: 'interim answers first',
    head: [
      'HTTP/1.1 100 Continue',
      '',
      'HTTP/1.1 103 Early Hints',
      'Retry-After: 9',
      '',
      'HTTP/1.1 200 OK',
      'Content-Length: 2',
    ],
    body: '{}',
    answer: answered(200, '{}'),
    persistent: true,
  },
  { name: 'no content', head: ['HTTP/1.1 204 No Content'], answer: answered(204, ''), persistent: true },
  {
    name: 'not modified',
    head: ['HTTP/1.1 304 Not Modified', 'Content-Length: 7'],
    answer: answered(304, ''),
    persistent: true,
  },
  {
    name: 'a body that the end of the connection ends',
    head: ['HTTP/1.1 200 OK'],
    body: 'all of it',
    closed: true,
    answer: answered(200, 'all of it'),
    persistent: false,
  },
  {
    name: 'a server that closes',
    head: ['HTTP/1.1 200 OK', 'Connection: Keep-Alive, Close', 'Content-Length: 2'],
    body: '{}',
    answer: answered(200, '{}'),
    persistent: false,
  },
  {
    name: 'HTTP/1.0, which closes',
    head: ['HTTP/1.0 200 OK', 'Content-Length: 2'],
    body: '{}',
    answer: answered(200, '{}'),
    persistent: false,
  },
  {
    name: 'both a length and chunks: the chunks count, and the connection is not used again',
    head: ['HTTP/1.1 200 OK', 'Content-Length: 1', 'Transfer-Encoding: chunked'],
    body: '2\r\n{}\r\n0\r\n\r\n',
    answer: answered(200, '{}'),
    persistent: false,
  },
  {
    name: 'one length twice',
    head: ['HTTP/1.1 200 OK', 'Content-Length: 2', 'Content-Length: 2'],
    body: '{}',
    answer: answered(200, '{}'),
    persistent: true,
  },
];

interface Unreadable {
  readonly name: string;
  readonly wire: string;
  readonly message: string;
}

const ok = 'HTTP/1.1 200 OK\r\n';
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;

const unreadable: readonly Unreadable[] = [
  { name: 'another protocol', wire: 'SSH-2.0-OpenSSH_9.6\r\n', message: 'it is no HTTP/1.1' },
  { name: 'HTTP/2', wire: 'HTTP/2 200\r\n', message: 'it is no HTTP/1.1' },
  { name: 'a status of four digits', wire: 'HTTP/1.1 2000 OK\r\n', message: 'it is no HTTP/1.1' },
  {
    name: 'a change of the protocol',
    wire: 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    message: 'it changes the protocol',
  },
  { name: 'a field without colon', wire: `${ok}Server\r\n`, message: 'a line of its head is no field' },
  {
    name: 'white space before the colon',
    wire: `${ok}Content-Length : 2\r\n`,
    message: 'a line of its head is no field',
  },
  { name: 'a folded line', wire: `${ok}A: b\r\n c\r\n`, message: 'a line of its head is no field' },
  { name: 'a length with a sign', wire: `${ok}Content-Length: +2\r\n`, message: 'its length can not be told' },
  { name: 'a list of lengths', wire: `${ok}Content-Length: 2, 2\r\n`, message: 'its length can not be told' },
  {
    name: 'two lengths',
    wire: `${ok}Content-Length: 2\r\nContent-Length: 3\r\n`,
    message: 'its length can not be told',
  },
  { name: 'a body that is too long', wire: `${ok}Content-Length: 67108865\r\n`, message: 'it exceeds 67108864 bytes' },
  {
    name: 'a coding that was not asked for',
    wire: `${ok}Transfer-Encoding: gzip, chunked\r\n`,
    message: 'unknown transfer coding gzip, chunked',
  },
  { name: 'a chunk without size', wire: `${chunked}\r\n`, message: 'a chunk has no size' },
  { name: 'a size with a sign', wire: `${chunked}-1\r\n`, message: 'a chunk has no size' },
  { name: 'a size of nine digits', wire: `${chunked}000000001\r\n`, message: 'a chunk has no size' },
  {
    name: 'a chunk that goes on behind its end',
    wire: `${chunked}2\r\n{}}\r\n`,
    message: 'a chunk is longer than its size',
  },
  {
    name: 'chunks that are too long together',
    wire: `${chunked}1\r\n{\r\n4000000\r\n`,
    message: 'it exceeds 67108864 bytes',
  },
  { name: 'a line without end', wire: `${ok}A: ${'b'.repeat(16_384)}`, message: 'a line of its head is too long' },
  { name: 'fields without end', wire: ok + 'A: b\r\n'.repeat(14_000), message: 'its head is too long' },
  { name: 'interim answers without end', wire: 'HTTP/1.1 100 \r\n\r\n'.repeat(5_000), message: 'its head is too long' },
];

const wireOf = ({ head, body = '' }: Row): Buffer => Buffer.from([...head, '', body].join('\r\n'), 'latin1');

/** Gives the pieces in one buffer that is used again and again, as nothing may be read from it later. */
function read(pieces: readonly Buffer[], closed = false): { answer: HttpAnswer | undefined; persistent: boolean } {
  const reader = new HttpAnswerReader();
  let answer: HttpAnswer | undefined;
  for (const piece of pieces) {
    const reused = Buffer.from(piece);
    answer ??= reader.push(reused);
    reused.fill(0x2e);
  }
  if (closed) answer ??= reader.end();
  return { answer, persistent: reader.persistent };
}

describe('answers of HTTP/1.1', () => {
  for (const row of rows) {
    const { name, closed, answer, persistent } = row;
    test(`${name}, in one piece, cut anywhere, and byte by byte`, () => {
      const wire = wireOf(row);
      const expected = { answer, persistent };
      assert.deepEqual(read([wire], closed), expected);
      for (let cut = 1; cut < wire.length; cut += 1) {
        assert.deepEqual(read([wire.subarray(0, cut), wire.subarray(cut)], closed), expected, `cut at ${cut}`);
      }
      assert.deepEqual(
        read(
          Array.from(wire, (byte) => Buffer.of(byte)),
          closed,
        ),
        expected,
      );
    });

    test(`${name}, but its last byte missing, is no answer`, () => {
      const wire = wireOf(row);
      if (closed === true) assert.equal(read([wire]).answer, undefined);
      else assert.equal(read([wire.subarray(0, -1)], true).answer, undefined);
    });
  }

  for (const { name, wire, message } of unreadable) {
    test(`${name} can not be read`, () => {
      const bytes = Buffer.from(wire, 'latin1');
      assert.throws(() => read([bytes]), { code: 'HttpAnswer', message: `cannot read the answer: ${message}` });
    });
  }

  test('what comes behind an answer leaves the connection unusable', () => {
    const wire = Buffer.from(`${ok}Content-Length: 2\r\n\r\n{}H`);
    assert.deepEqual(read([wire]), { answer: answered(200, '{}'), persistent: false });
  });

  test('whether anything has come is known from the first byte', () => {
    const reader = new HttpAnswerReader();
    assert.equal(reader.begun, false);
    reader.push(Buffer.from('H'));
    assert.equal(reader.begun, true);
  });

  test('no bytes do worse than being refused', () => {
    const line = fc.constantFrom(...rows.flatMap(({ head }) => head), '', '0', '2', '{}');
    const lines = fc.array(line).map((parts) => Buffer.from(parts.join('\r\n')));
    const anything = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(fc.oneof(lines, anything), { maxLength: 4 }), fc.boolean(), (pieces, closed) => {
        try {
          read([Buffer.from(ok), ...pieces], closed);
        } catch (error) {
          assert.ok(error instanceof HttpAnswerError, String(error));
        }
      }),
    );
  });
});
