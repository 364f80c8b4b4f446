/** A number in [0, 1), as `Math.random` gives it; tests pass their own. */
export type Random = () => number;
