/** A figure and what it is held to. */
export interface Mark {
  readonly mark: string;
  readonly value: number;
  readonly limit: number;
  readonly ok: boolean;
}

/** What a bench found; `raw` joins it in the line of JSON. */
export interface BenchResult {
  readonly marks: readonly Mark[];
  readonly raw: Readonly<Record<string, unknown>>;
}

export function atMost(mark: string, value: number, limit: number): Mark {
  return { mark, value: rounded(value), limit, ok: value <= limit };
}

export function atLeast(mark: string, value: number, limit: number): Mark {
  return { mark, value: rounded(value), limit, ok: value >= limit };
}

/** To three decimals: what is printed is read by people, too. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** The value below which that share of the samples lies; they need not be in order. */
export function percentile(samples: readonly number[], share: number): number {
  const ordered = samples.toSorted((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? Number.NaN;
}
