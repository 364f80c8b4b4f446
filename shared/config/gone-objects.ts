/** What to do about objects of which none is left. */
export type GoneVerdict =
  /** They were deleted: what they meant is over. */
  | { readonly type: 'deleted' }
  /** Their definition is missing, or was until now: ask again. `news` is told once. */
  | { readonly type: 'awaited'; readonly askAgainMs: number; readonly news: 'missing' | 'back' | undefined };

/** Once a definition is back, its objects get this long. */
export const objectsAwaitedMs = 60_000;
const definitionAwaitedMs = 5_000;

/**
 * Why no object of a kind is left, where there were some: who uninstalls the definition deletes all of them, and need not
 * mean to take away what they configure. Asked time and again whether the API server knows the kind.
 */
export class GoneObjects {
  readonly #objectsAwaitedMs: number;
  #state: 'unknown' | 'missing' | 'back' = 'unknown';

  constructor(awaitedMs = objectsAwaitedMs) {
    this.#objectsAwaitedMs = awaitedMs;
  }

  /** The definition was missing at least once: objects may come one after the other. */
  get awaited(): boolean {
    return this.#state !== 'unknown';
  }

  /** `served`: the API server knows the kind. */
  answered(served: boolean): GoneVerdict {
    if (served && this.#state !== 'missing') return { type: 'deleted' };
    const next = served ? 'back' : 'missing';
    const news = next === this.#state ? undefined : next;
    this.#state = next;
    return { type: 'awaited', askAgainMs: served ? this.#objectsAwaitedMs : definitionAwaitedMs, news };
  }
}
