/** Runs of integers, both ends included. */
export interface Run {
  readonly first: bigint;
  readonly last: bigint;
}

/** Neighbouring runs, in parallel arrays; never empty. */
interface Chunk {
  readonly firsts: bigint[];
  readonly lasts: bigint[];
  /** Integers in all runs of the chunk. */
  size: bigint;
}

interface Position {
  readonly chunk: number;
  readonly index: number;
}

// A full chunk is halved. Large enough to keep the list of chunks short, small enough that a splice is cheap.
const maxRunsPerChunk = 256;

/**
 * Disjoint, non-adjacent runs in ascending order, held in chunks: finding is two binary searches, changing moves at
 * most one chunk. Bounded by what is inserted: one run per gap.
 */
export class RunList {
  readonly #chunks: Chunk[] = [];
  /** The first integer of each chunk. */
  readonly #starts: bigint[] = [];

  /** The run that holds `value`. */
  runAt(value: bigint): Run | undefined {
    const run = this.#lastRunFrom(value);
    return run !== undefined && run.last >= value ? run : undefined;
  }

  /** Adds all of `first..last`, joining every run that it overlaps or touches. */
  insert(first: bigint, last: bigint): void {
    let [from, to] = [first, last];
    for (let at = this.#locate(to + 1n); at !== undefined; at = this.#locate(to + 1n)) {
      const run = this.#run(at);
      if (run.last + 1n < from) break;
      if (run.first < from) from = run.first;
      if (run.last > to) to = run.last;
      this.#delete(at, run);
    }
    this.#add(from, to);
  }

  /** Takes out all of `first..last`. */
  remove(first: bigint, last: bigint): void {
    for (let at = this.#locate(last); at !== undefined; at = this.#locate(last)) {
      const run = this.#run(at);
      if (run.last < first) return;
      this.#delete(at, run);
      if (run.first < first) this.#add(run.first, first - 1n);
      if (run.last > last) this.#add(last + 1n, run.last);
    }
  }

  /** How many integers of `first..last` are in; time grows with the number of chunks between. */
  count(first: bigint, last: bigint): bigint {
    let total = 0n;
    for (let index = Math.max(0, upperBound(this.#starts, first) - 1); index < this.#chunks.length; index += 1) {
      const chunk = this.#chunks[index];
      if (chunk === undefined || (chunk.firsts[0] ?? 0n) > last) break;
      const whole = (chunk.firsts[0] ?? 0n) >= first && (chunk.lasts.at(-1) ?? 0n) <= last;
      total += whole ? chunk.size : countInChunk(chunk, first, last);
    }
    return total;
  }

  *runs(): Generator<Run> {
    for (const chunk of this.#chunks) {
      for (const [index, first] of chunk.firsts.entries()) yield { first, last: chunk.lasts[index] ?? first };
    }
  }

  #lastRunFrom(value: bigint): Run | undefined {
    const at = this.#locate(value);
    return at === undefined ? undefined : this.#run(at);
  }

  /** The last run that begins at or before `value`. */
  #locate(value: bigint): Position | undefined {
    const chunk = upperBound(this.#starts, value) - 1;
    const firsts = this.#chunks[chunk]?.firsts;
    return firsts === undefined ? undefined : { chunk, index: upperBound(firsts, value) - 1 };
  }

  #run(at: Position): Run {
    const chunk = this.#chunks[at.chunk];
    return { first: chunk?.firsts[at.index] ?? 0n, last: chunk?.lasts[at.index] ?? 0n };
  }

  #delete(at: Position, run: Run): void {
    const chunk = this.#chunks[at.chunk];
    if (chunk === undefined) return;
    chunk.firsts.splice(at.index, 1);
    chunk.lasts.splice(at.index, 1);
    chunk.size -= run.last - run.first + 1n;
    const start = chunk.firsts[0];
    if (start !== undefined) {
      this.#starts[at.chunk] = start;
      return;
    }
    this.#chunks.splice(at.chunk, 1);
    this.#starts.splice(at.chunk, 1);
  }

  /** Adds a run that touches no other. */
  #add(first: bigint, last: bigint): void {
    const position = Math.max(0, upperBound(this.#starts, first) - 1);
    const chunk = this.#chunks[position];
    if (chunk === undefined) {
      this.#chunks.push({ firsts: [first], lasts: [last], size: last - first + 1n });
      this.#starts.push(first);
      return;
    }
    const index = upperBound(chunk.firsts, first);
    chunk.firsts.splice(index, 0, first);
    chunk.lasts.splice(index, 0, last);
    chunk.size += last - first + 1n;
    if (index === 0) this.#starts[position] = first;
    if (chunk.firsts.length > maxRunsPerChunk) this.#halve(position, chunk);
  }

  #halve(position: number, chunk: Chunk): void {
    const firsts = chunk.firsts.splice(maxRunsPerChunk / 2);
    const lasts = chunk.lasts.splice(maxRunsPerChunk / 2);
    const upper: Chunk = { firsts, lasts, size: 0n };
    upper.size = countInChunk(upper, firsts[0] ?? 0n, lasts.at(-1) ?? 0n);
    chunk.size -= upper.size;
    this.#chunks.splice(position + 1, 0, upper);
    this.#starts.splice(position + 1, 0, firsts[0] ?? 0n);
  }
}

/** Index of the first element above `value` in an ascending list. */
function upperBound(ascending: readonly bigint[], value: bigint): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0n) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countInChunk(chunk: Chunk, first: bigint, last: bigint): bigint {
  let total = 0n;
  for (let index = Math.max(0, upperBound(chunk.firsts, first) - 1); index < chunk.firsts.length; index += 1) {
    const from = chunk.firsts[index] ?? 0n;
    const to = chunk.lasts[index] ?? 0n;
    if (from > last) break;
    const low = from > first ? from : first;
    const high = to < last ? to : last;
    if (low <= high) total += high - low + 1n;
  }
  return total;
}
