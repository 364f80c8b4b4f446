/** What the client on the LAN is asked to do, and what it saw. */
export type ClientRequest =
  | { readonly id: number; readonly type: 'fetch'; readonly url: string; readonly timeoutMs: number }
  | {
      readonly id: number;
      readonly type: 'udp';
      readonly address: string;
      readonly port: number;
      readonly text: string;
      readonly timeoutMs: number;
    };

export type ClientAnswer =
  | { readonly id: number; readonly ok: true; readonly body: string; readonly tookMs: number }
  | { readonly id: number; readonly ok: false; readonly error: string; readonly tookMs: number };
