/**
 * A patch that can't be carried out. `malformed` is the sender's fault whatever the object (HTTP 400); `pathMissing`
 * and `testFailed` depend on the object (HTTP 422); `conflict` are fields that another manager owns (HTTP 409).
 */
export class PatchError extends Error {
  readonly code: 'malformed' | 'pathMissing' | 'testFailed' | 'conflict';

  constructor(code: PatchError['code'], why: string) {
    super(`cannot apply patch: ${why}`);
    this.name = 'PatchError';
    this.code = code;
  }
}
