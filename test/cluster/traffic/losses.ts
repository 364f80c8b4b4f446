import type { Traffic } from './traffic-message.ts';

/** The longest time without an echo, from the first to the last one. */
export function longestGapMs({ echoes }: Traffic): number {
  let longestMs = 0;
  let lastMs = echoes[0]?.atMs ?? 0;
  for (const { atMs } of echoes) {
    longestMs = Math.max(longestMs, atMs - lastMs);
    lastMs = atMs;
  }
  return longestMs;
}

/** Datagrams without an echo. */
export function lostDatagrams({ sent, echoes }: Traffic): number {
  return sent.length - new Set(echoes.map(({ datagram }) => datagram)).size;
}

/** The longest pause of the client itself between two datagrams: so much of a gap may be its own. */
export function longestPauseMs({ sent }: Traffic): number {
  return sent.reduce((longest, atMs, index) => Math.max(longest, atMs - (sent[index - 1] ?? atMs)), 0);
}

/** Who sent echoes back since then. */
export function servedSince({ echoes }: Traffic, sinceMs: number): readonly string[] {
  return [...new Set(echoes.filter(({ atMs }) => atMs >= sinceMs).map(({ node }) => node))];
}

export interface FetchFigures {
  readonly count: number;
  readonly failed: number;
  readonly resets: number;
  readonly longestMs: number;
}

export function fetchFigures({ fetched }: Traffic): FetchFigures {
  return {
    count: fetched.length,
    failed: fetched.filter(({ error }) => error !== undefined).length,
    resets: fetched.reduce((sum, { resets }) => sum + resets, 0),
    longestMs: fetched.reduce((longest, { tookMs }) => Math.max(longest, tookMs), 0),
  };
}
