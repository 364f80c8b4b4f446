/** A group of addresses that moves as one, as the table tells it. */
export interface OwnedGroup {
  /** Its first address, canonical text. */
  readonly key: string;
  /** Nodes that may own it, best first. */
  readonly candidates: readonly string[];
  /** This node has an interface with carrier to serve it on. */
  readonly able: boolean;
  /** Who holds it by the API server's word (ServiceL2Status). */
  readonly holder: string | undefined;
  /** Other groups to which addresses of this one belonged in the table before, as this node had it. */
  readonly formerKeys?: ReadonlySet<string>;
}

/** When a better candidate takes over from an owner that serves well: at once, never, or after it has lived so long. */
export type Failback = 'always' | 'never' | { readonly delayMs: number };
