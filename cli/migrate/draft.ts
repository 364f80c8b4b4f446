import type { JsonObject } from '../../shared/api/json.ts';

/** What can't be carried over, or wants a look, said where it belongs. */
export interface DraftComment {
  /** Keys from the object's root; the comment stands above what is there, or at the end of the nearest map that exists. */
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** An object for Herald's namespace, as it will be printed. */
export interface Draft {
  readonly object: JsonObject;
  readonly comments: readonly DraftComment[];
}

/** Values of Herald's chart that options of MetalLB carry over to. */
export interface ValuesDraft {
  readonly values: JsonObject;
  readonly comments: readonly DraftComment[];
}

export const noValues: ValuesDraft = { values: {}, comments: [] };

export function withComment(draft: Draft, path: DraftComment['path'], text: string): Draft {
  return { ...draft, comments: [...draft.comments, { path, text }] };
}
