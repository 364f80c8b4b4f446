import type { Traffic } from './traffic-message.ts';

/** The longest time without an echo, from the first to the last one. */
export function longestSilenceMs({ echoes }: Traffic): number {
  return echoes.reduce((longest, { atMs }, index) => Math.max(longest, atMs - (echoes[index - 1]?.atMs ?? atMs)), 0);
}

export interface Gap {
  readonly fromMs: number;
  readonly ms: number;
}

/**
 * The same, but of the network: a step in which the client itself did nothing, though a datagram was due, counts as
 * one and a half times its pace at most. On a busy machine it has to wait for a processor like everybody else.
 */
export function longestGap({ sent, echoes }: Traffic, paceMs: number): Gap {
  const steps = [
    ...sent.map((atMs) => ({ atMs, isEcho: false })),
    ...echoes.map(({ atMs }) => ({ atMs, isEcho: true })),
  ].sort((a, b) => a.atMs - b.atMs);
  // Before the first echo the client has nothing to miss.
  let begin = steps.findIndex(({ isEcho }) => isEcho);
  let longest = { fromMs: 0, ms: 0 };
  let ms = 0;
  for (let index = begin + 1; index < steps.length; index += 1) {
    const [before, step] = [steps[index - 1], steps[index]];
    if (before === undefined || step === undefined) continue;
    ms += Math.min(step.atMs - before.atMs, 1.5 * paceMs);
    if (!step.isEcho) continue;
    if (ms > longest.ms) longest = { fromMs: steps[begin]?.atMs ?? 0, ms };
    begin = index;
    ms = 0;
  }
  return longest;
}

/** Datagrams without an echo. */
export function lostDatagrams({ sent, echoes }: Traffic): number {
  return sent.length - new Set(echoes.map(({ datagram }) => datagram)).size;
}

/** The longest pause of the client itself between two datagrams: so much of a silence may be its own. */
export function longestPauseMs({ sent }: Traffic): number {
  return sent.reduce((longest, atMs, index) => Math.max(longest, atMs - (sent[index - 1] ?? atMs)), 0);
}

/** Who sent echoes back since then. */
export function servedSince({ echoes }: Traffic, sinceMs: number): readonly string[] {
  return [...new Set(echoes.filter(({ atMs }) => atMs >= sinceMs).map(({ node }) => node))];
}

export interface FetchFigures {
  readonly count: number;
  /** How those ended that failed. */
  readonly errors: readonly string[];
  readonly resets: number;
  readonly longestMs: number;
}

export function fetchFigures({ fetched }: Traffic): FetchFigures {
  return {
    count: fetched.length,
    errors: fetched.flatMap(({ error }) => error ?? []),
    resets: fetched.reduce((sum, { resets }) => sum + resets, 0),
    longestMs: fetched.reduce((longest, { tookMs }) => Math.max(longest, tookMs), 0),
  };
}
