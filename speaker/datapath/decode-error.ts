/** Bytes that are no such message; `offset` is where reading failed, from the start of what was to be decoded. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly code = 'Decode';
  readonly offset: number;

  constructor(what: string, why: string, offset: number) {
    super(`cannot decode ${what}: ${why} at offset ${offset}`);
    this.offset = offset;
  }
}
