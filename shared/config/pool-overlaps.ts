import { subtractRanges } from '../net/address-range.ts';
import { compareAge } from './age.ts';
import { nameOf, type Problem } from './finding-text.ts';
import { RangeOwners } from './range-owners.ts';
import type { ReadPool } from './read-pool.ts';

interface Taken {
  readonly pool: ReadPool;
  readonly entry: number;
}

/**
 * Decides which of several overlapping pools serve: the oldest by creation time, then by name. A younger one that
 * overlaps a pool in force is set aside as a whole; a pool that is set aside stands in nobody's way, and neither does
 * what a pool excludes.
 */
export function setOverlapsAside(pools: readonly ReadPool[]): readonly ReadPool[] {
  const owners = new RangeOwners<Taken>();
  return [...pools].sort(compareAge).map((read) => {
    if (read.pool === undefined) return read;
    const { ranges, excluded } = read.pool;
    const open = ranges.map((range) => subtractRanges(range, excluded));
    const overlaps = open.flatMap((parts, entry): readonly Problem[] => {
      const [taken] = parts.flatMap((part) => owners.overlapping(part) ?? []);
      return taken === undefined ? [] : [overlapProblem(read, entry, taken)];
    });
    if (overlaps.length > 0) return { ...read, pool: undefined, problems: [...read.problems, ...overlaps] };
    for (const [entry, parts] of open.entries()) for (const part of parts) owners.add(part, { pool: read, entry });
    return read;
  });
}

function overlapProblem(read: ReadPool, entry: number, taken: Taken): Problem {
  const mine = `"${read.resource.addresses[entry]}"`;
  const theirs = `"${taken.pool.resource.addresses[taken.entry]}" of ${nameOf(taken.pool.object)}`;
  const text = `${mine} overlaps ${theirs}, which came first and stays in force; this pool is set aside until no address stands in both`;
  return { severity: 'error', path: `spec.addresses[${entry}]`, text };
}
