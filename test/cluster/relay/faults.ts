import type { Random } from '../../../shared/runtime/random.ts';

/** `cutBefore`: the server never sees the write. `cutAfter`: it is done, but the answer is lost. */
export type WriteFault = 409 | 429 | 500 | 'cutBefore' | 'cutAfter';

const writeFaults: readonly WriteFault[] = [409, 429, 500, 'cutBefore', 'cutAfter'];

/** Which faults a relay adds; each is drawn by chance. Fractions are from 0 to 1. */
export interface RelayFaults {
  /** Of all writes, leases and events included. */
  readonly failedWrites: number;
  /** Of watch events: told twice. */
  readonly repeatedEvents: number;
  /** Of watch events: followed by one that was told long ago, on this connection or on an earlier one. */
  readonly staleEvents: number;
}

export const noFaults: RelayFaults = { failedWrites: 0, repeatedEvents: 0, staleEvents: 0 };

export function drawWriteFault({ failedWrites }: RelayFaults, random: Random): WriteFault | undefined {
  return random() < failedWrites ? writeFaults[Math.floor(random() * writeFaults.length)] : undefined;
}

/** The answer of an API server that refuses: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export function statusBody(code: 409 | 429 | 500): string {
  const reason = { 409: 'Conflict', 429: 'TooManyRequests', 500: 'InternalError' }[code];
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Status',
    status: 'Failure',
    code,
    reason,
    message: 'a fault made by the test',
  });
}

/** Numbers from 0 to 1 that are the same ones in every run (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
