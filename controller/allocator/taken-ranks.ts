import { RunList } from '../../shared/net/run-list.ts';
import { lastBits, Pages } from './pages.ts';

/** A bit for each of 256 ranks, in eight numbers of 32. */
interface Page {
  readonly words: number[];
  taken: number;
}

const pageBits = 8;
const pageBitsBig = BigInt(pageBits);
const pageSize = 1 << pageBits;
const allTaken = -1;

/**
 * A set of ranks that knows the lowest one which is not in it. What lies scattered costs no more than what lies in a row: only
 * full pages are kept as runs. Bounded by what is added: at most one page per rank.
 */
export class TakenRanks {
  readonly #pages = new Pages<Page>(pageBits);
  /** The numbers of the pages that are full. */
  readonly #full = new RunList();

  /** False where it was in it before. */
  add(rank: bigint): boolean {
    const page = this.#pages.get(rank) ?? this.#newPage(rank);
    const place = lastBits(rank) & (pageSize - 1);
    const word = page.words[place >> 5] ?? 0;
    const added = word | (1 << place);
    if (added === word) return false;
    page.words[place >> 5] = added;
    page.taken += 1;
    if (page.taken === pageSize) this.#full.insert(numberOf(rank), numberOf(rank));
    return true;
  }

  /** False where it was not in it. */
  delete(rank: bigint): boolean {
    const page = this.#pages.get(rank);
    const place = lastBits(rank) & (pageSize - 1);
    const word = page?.words[place >> 5] ?? 0;
    const rest = word & ~(1 << place);
    if (page === undefined || rest === word) return false;
    if (page.taken === pageSize) this.#full.remove(numberOf(rank), numberOf(rank));
    page.words[place >> 5] = rest;
    page.taken -= 1;
    if (page.taken === 0) this.#pages.delete(rank);
    return true;
  }

  lowestFree(): bigint {
    const run = this.#full.runAt(0n);
    // Runs are maximal, so the page behind the first one is not full.
    const first = run === undefined ? 0n : (run.last + 1n) << pageBitsBig;
    const words = this.#pages.get(first)?.words ?? [];
    const index = words.findIndex((word) => word !== allTaken);
    return index < 0 ? first : first + BigInt(32 * index + lowestZero(words[index] ?? 0));
  }

  #newPage(rank: bigint): Page {
    const page = { words: Array.from({ length: pageSize / 32 }, () => 0), taken: 0 };
    this.#pages.set(rank, page);
    return page;
  }
}

function numberOf(rank: bigint): bigint {
  return rank >> pageBitsBig;
}

/** Of a word in which not all bits are set. */
function lowestZero(word: number): number {
  return 31 - Math.clz32(~word & (word + 1));
}
