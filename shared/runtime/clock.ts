/** Time as its users see it: a fake one stands in for it in tests. */
export interface Clock {
  /** Monotonic, ms: for intervals and deadlines. */
  now(): number;
  /** Unix ms: for timestamps that others read. */
  wallMs(): number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
}
