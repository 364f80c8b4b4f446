/** What a test asks of the peer process. */
export type PeerRequest =
  | { readonly id: number; readonly type: 'open' }
  | { readonly id: number; readonly type: 'ip'; readonly command: string }
  | { readonly id: number; readonly type: 'send'; readonly link: string; readonly hex: string }
  | {
      readonly id: number;
      readonly type: 'datagram';
      readonly address: string;
      readonly port: number;
      readonly hex: string;
    };

export type PeerReply =
  | { readonly type: 'done'; readonly id: number; readonly output: string }
  | { readonly type: 'failed'; readonly id: number; readonly why: string }
  | { readonly type: 'frame'; readonly hex: string; readonly link: number; readonly atMs: number };
