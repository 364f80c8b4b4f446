export type CommandErrorCode = 'NotFound' | 'Unreadable' | 'Invalid';

/** A command can't do what it was asked: the message is for the user, the exit code 2. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string, details: { readonly cause?: unknown } = {}) {
    super(message, details);
    this.code = code;
  }
}
