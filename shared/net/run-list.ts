/** A run of integers, both ends included. */
export interface Run {
  readonly first: bigint;
  readonly last: bigint;
}

/** Neighbouring runs, in parallel arrays; never empty. */
interface Chunk {
  readonly firsts: bigint[];
  readonly lasts: bigint[];
}

interface Position {
  readonly chunk: number;
  readonly index: number;
}

// A full chunk is halved. Large enough to keep the list of chunks short, small enough that a splice is cheap.
const maxRunsPerChunk = 256;

/**
 * A set of integers as maximal runs in ascending order, held in chunks: finding is two binary searches, changing moves
 * at most one chunk. Bounded by what is inserted: at most one run per integer, and one for all that touch.
 */
export class RunList {
  readonly #chunks: Chunk[] = [];
  /** The first integer of each chunk. */
  readonly #starts: bigint[] = [];

  /** The run that holds `value`; the integer behind it is not in the set. */
  runAt(value: bigint): Run | undefined {
    const at = this.#locate(value);
    if (at === undefined) return undefined;
    const run = this.#run(at);
    return run.last >= value ? run : undefined;
  }

  /** Adds all of `first..last`, joining every run that it overlaps or touches. */
  insert(first: bigint, last: bigint): void {
    let at = this.#locate(last + 1n);
    let run = at && this.#run(at);
    if (at === undefined || run === undefined || run.last + 1n < first) {
      this.#add(first, last);
      return;
    }
    const to = run.last > last ? run.last : last;
    for (;;) {
      const before = this.#before(at);
      const runBefore = before && this.#run(before);
      if (before === undefined || runBefore === undefined || runBefore.last + 1n < first) break;
      this.#delete(at);
      at = before;
      run = runBefore;
    }
    this.#set(at, run.first < first ? run.first : first, to);
  }

  /** Takes out all of `first..last`. */
  remove(first: bigint, last: bigint): void {
    for (let at = this.#locate(last); at !== undefined; at = this.#locate(last)) {
      const run = this.#run(at);
      if (run.last < first) return;
      if (run.first < first) {
        this.#set(at, run.first, first - 1n);
        if (run.last > last) this.#add(last + 1n, run.last);
        return;
      }
      if (run.last > last) this.#set(at, last + 1n, run.last);
      else this.#delete(at);
    }
  }

  /** The last run that begins at or before `value`. */
  #locate(value: bigint): Position | undefined {
    const chunk = upperBound(this.#starts, value) - 1;
    // V8 takes its time over an index below zero.
    const firsts = chunk < 0 ? undefined : this.#chunks[chunk]?.firsts;
    return firsts === undefined ? undefined : { chunk, index: upperBound(firsts, value) - 1 };
  }

  #before({ chunk, index }: Position): Position | undefined {
    if (index > 0) return { chunk, index: index - 1 };
    const neighbour = this.#chunks[chunk - 1];
    return neighbour === undefined ? undefined : { chunk: chunk - 1, index: neighbour.firsts.length - 1 };
  }

  #run(at: Position): Run {
    const chunk = this.#chunks[at.chunk];
    return { first: chunk?.firsts[at.index] ?? 0n, last: chunk?.lasts[at.index] ?? 0n };
  }

  /** Moves the ends of a run, which stays where it is among the others. */
  #set(at: Position, first: bigint, last: bigint): void {
    const chunk = this.#chunks[at.chunk];
    if (chunk === undefined) return;
    chunk.firsts[at.index] = first;
    chunk.lasts[at.index] = last;
    if (at.index === 0) this.#starts[at.chunk] = first;
  }

  #delete(at: Position): void {
    const chunk = this.#chunks[at.chunk];
    if (chunk === undefined) return;
    chunk.firsts.splice(at.index, 1);
    chunk.lasts.splice(at.index, 1);
    const start = chunk.firsts[0];
    if (start === undefined) {
      this.#chunks.splice(at.chunk, 1);
      this.#starts.splice(at.chunk, 1);
    } else this.#starts[at.chunk] = start;
  }

  /** Adds a run that touches no other. */
  #add(first: bigint, last: bigint): void {
    const position = Math.max(0, upperBound(this.#starts, first) - 1);
    const chunk = this.#chunks[position];
    if (chunk === undefined) {
      this.#chunks.push({ firsts: [first], lasts: [last] });
      this.#starts.push(first);
      return;
    }
    const index = upperBound(chunk.firsts, first);
    chunk.firsts.splice(index, 0, first);
    chunk.lasts.splice(index, 0, last);
    if (index === 0) this.#starts[position] = first;
    if (chunk.firsts.length > maxRunsPerChunk) this.#halve(position, chunk);
  }

  #halve(position: number, chunk: Chunk): void {
    const firsts = chunk.firsts.splice(maxRunsPerChunk / 2);
    const lasts = chunk.lasts.splice(maxRunsPerChunk / 2);
    this.#chunks.splice(position + 1, 0, { firsts, lasts });
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
