/** The whole answer to a request. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** By the server's clock. */
  readonly date: string | undefined;
  readonly body: string;
}

/** The bytes are no answer of HTTP/1.1, or too many. */
export class HttpAnswerError extends Error {
  override readonly name = 'HttpAnswerError';
  readonly code = 'HttpAnswer';
}

/** A status line, or one field; etcd's and proxies' are far shorter. */
const maxLineBytes = 16 * 1024;
/** The status line and all fields, those of interim answers and trailers included. */
const maxHeadBytes = 64 * 1024;
/** The largest body that is read: a page of 500 objects has a few MB, a ConfigMap at most 1 MiB. */
export const maxBodyBytes = 64 * 1024 * 1024;

const lineFeed = 0x0a;
/** RFC 9112 §4. */
const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
/** RFC 9112 §5: a token, a colon, and a value without the white space around it. */
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;
/** RFC 9112 §7.1; extensions are passed over. */
const chunkSizeLine = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;|$)/;

/** What the next bytes are. */
type Part = 'status' | 'fields' | 'body' | 'chunkSize' | 'chunk' | 'chunkEnd' | 'trailers' | 'rest' | 'nothing';

/**
 * Reads the answer to one request of HTTP/1.1 (RFC 9112), wherever the pieces end:
 *
 *     HTTP/1.1 200 OK         interim answers (1xx) may come before it
 *     name: value             any number of fields
 *                             an empty line
 *     …                       content-length bytes, or chunks, or all until the connection ends (§6.3)
 *
 * Keeps copies, so the buffer of the pieces may be used again. Holds at most one line and one body of the sizes above.
 */
export class HttpAnswerReader {
  #part: Part = 'status';
  /** The line that is not finished yet. */
  #line = '';
  #headBytes = 0;
  #status = 0;
  #retryAfter: string | undefined;
  #date: string | undefined;
  #length: number | undefined;
  #chunked = false;
  #persistent = true;
  /** Of the body or of the chunk. */
  #missing = 0;
  #pieces: Buffer[] = [];
  #size = 0;
  #body = '';

  /** Any of it has come. */
  get begun(): boolean {
    return this.#part !== 'status' || this.#headBytes > 0 || this.#line !== '';
  }

  /** Another request may follow on the same connection (RFC 9112 §9.3). */
  get persistent(): boolean {
    return this.#persistent;
  }

  /**
   * Returns the answer once it is whole; bytes behind it belong to nothing that was asked for.
   * @throws HttpAnswerError
   */
  push(bytes: Buffer): HttpAnswer | undefined {
    let at = 0;
    while (at < bytes.length && this.#part !== 'nothing') at = this.#read(bytes, at);
    if (at < bytes.length) this.#persistent = false;
    return this.#answer();
  }

  /** The connection has ended: that ends a body which has no other end. */
  end(): HttpAnswer | undefined {
    if (this.#part === 'rest') this.#finish();
    return this.#answer();
  }

  #answer(): HttpAnswer | undefined {
    if (this.#part !== 'nothing') return undefined;
    return { status: this.#status, retryAfter: this.#retryAfter, date: this.#date, body: this.#body };
  }

  /** Reads a piece of the current part from there on; returns where the next begins. */
  #read(bytes: Buffer, at: number): number {
    switch (this.#part) {
      case 'body':
      case 'chunk':
        return this.#readCounted(bytes, at);
      case 'rest':
        this.#keep(bytes, at, bytes.length);
        return bytes.length;
      default:
        return this.#readLine(bytes, at);
    }
  }

  #readLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(lineFeed, at);
    const to = end === -1 ? bytes.length : end;
    const text = bytes.toString('latin1', at, to);
    const line = this.#line === '' ? text : this.#line + text;
    if (line.length > maxLineBytes) throw unreadable('a line of its head is too long');
    this.#line = end === -1 ? line : '';
    if (end === -1) return to;
    this.#takeLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    return end + 1;
  }

  #takeLine(line: string): void {
    switch (this.#part) {
      case 'chunkSize':
        this.#missing = Number.parseInt(matched(chunkSizeLine, line, 'a chunk has no size')[1] ?? '', 16);
        this.#checkSize(this.#size + this.#missing);
        this.#part = this.#missing === 0 ? 'trailers' : 'chunk';
        break;
      case 'chunkEnd':
        if (line !== '') throw unreadable('a chunk is longer than its size');
        this.#part = 'chunkSize';
        break;
      default:
        this.#takeHeadLine(line);
    }
  }

  #takeHeadLine(line: string): void {
    this.#headBytes += line.length + 1;
    if (this.#headBytes > maxHeadBytes) throw unreadable('its head is too long');
    if (this.#part === 'status') this.#takeStatus(line);
    else if (this.#part === 'fields' && line !== '') this.#takeField(line);
    else if (this.#part === 'fields') this.#endFields();
    // Fields behind the last chunk say nothing that is used here.
    else if (line === '') this.#finish();
  }

  #takeStatus(line: string): void {
    const [, minor, status] = matched(statusLine, line, 'it is no HTTP/1.1');
    this.#status = Number(status);
    // HTTP/1.0 closes unless it is asked not to, which it is not (RFC 9112 §9.3).
    this.#persistent = minor === '1';
    this.#retryAfter = undefined;
    this.#date = undefined;
    this.#length = undefined;
    this.#chunked = false;
    this.#part = 'fields';
  }

  #takeField(line: string): void {
    const [, name = '', value = ''] = matched(fieldLine, line, 'a line of its head is no field');
    switch (name.toLowerCase()) {
      case 'content-length':
        this.#takeLength(value);
        break;
      case 'transfer-encoding':
        if (this.#chunked || value.toLowerCase() !== 'chunked') throw unreadable(`unknown transfer coding ${value}`);
        this.#chunked = true;
        break;
      case 'connection':
        if (/(^|,)\s*close\s*(,|$)/i.test(value)) this.#persistent = false;
        break;
      case 'retry-after':
        this.#retryAfter = value;
        break;
      case 'date':
        this.#date = value;
        break;
      default:
    }
  }

  /** RFC 9112 §6.3 rule 5: two lengths that differ leave no way to tell where the body ends. */
  #takeLength(value: string): void {
    const length = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isNaN(length) || (this.#length ?? length) !== length) throw unreadable('its length can not be told');
    this.#checkSize(length);
    this.#length = length;
  }

  /** RFC 9112 §6.3: what follows the head. */
  #endFields(): void {
    if (this.#status === 101) throw unreadable('it changes the protocol');
    if (this.#status < 200) {
      this.#part = 'status';
    } else if (this.#status === 204 || this.#status === 304) {
      this.#finish();
    } else if (this.#chunked) {
      // Both lengths at once are how requests are smuggled: the connection is not used again.
      if (this.#length !== undefined) this.#persistent = false;
      this.#part = 'chunkSize';
    } else if (this.#length !== undefined) {
      this.#missing = this.#length;
      this.#part = 'body';
      if (this.#length === 0) this.#finish();
    } else {
      this.#persistent = false;
      this.#part = 'rest';
    }
  }

  #readCounted(bytes: Buffer, at: number): number {
    const to = Math.min(bytes.length, at + this.#missing);
    this.#missing -= to - at;
    if (this.#part === 'body' && this.#missing === 0 && this.#size === 0) {
      // All at once, as most are: nothing to keep.
      this.#body = bytes.toString('utf8', at, to);
      this.#part = 'nothing';
      return to;
    }
    this.#keep(bytes, at, to);
    if (this.#missing > 0) return to;
    if (this.#part === 'chunk') this.#part = 'chunkEnd';
    else this.#finish();
    return to;
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    this.#size += to - from;
    this.#checkSize(this.#size);
    this.#pieces.push(Buffer.from(bytes.subarray(from, to)));
  }

  #checkSize(bytes: number): void {
    if (bytes > maxBodyBytes) throw unreadable(`it exceeds ${maxBodyBytes} bytes`);
  }

  #finish(): void {
    this.#body = Buffer.concat(this.#pieces, this.#size).toString('utf8');
    this.#pieces = [];
    this.#part = 'nothing';
  }
}

function matched(pattern: RegExp, line: string, why: string): RegExpExecArray {
  const match = pattern.exec(line);
  if (match === null) throw unreadable(why);
  return match;
}

function unreadable(why: string): HttpAnswerError {
  return new HttpAnswerError(`cannot read the answer: ${why}`);
}
