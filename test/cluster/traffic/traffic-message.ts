/* Times are of CLOCK_MONOTONIC, in ms. */

export type TrafficRequest =
  | {
      readonly type: 'begin';
      readonly addresses: readonly string[];
      readonly port: number;
      readonly echoEveryMs: number;
      /** 0 for no requests by HTTP. */
      readonly fetchEveryMs: number;
    }
  /** Ends it, once what is under way has had its time. */
  | { readonly type: 'end' };

/** A datagram came back. */
export interface Echo {
  /** Which one, as an index of `sent`. */
  readonly datagram: number;
  readonly atMs: number;
  /** The node that sent it back. */
  readonly node: string;
}

export interface Fetched {
  readonly startedMs: number;
  readonly tookMs: number;
  /** How often the connection was reset while the request was under way, and the request made again. */
  readonly resets: number;
  /** Undefined where a page came. */
  readonly error: string | undefined;
}

/** What one address gave. */
export interface Traffic {
  readonly address: string;
  /** When each datagram was sent. */
  readonly sent: readonly number[];
  readonly echoes: readonly Echo[];
  readonly fetched: readonly Fetched[];
}

export type TrafficAnswer = readonly Traffic[];
