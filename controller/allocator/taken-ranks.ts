import { lastBits, Pages } from './pages.ts';

/** A bit for each of 1,024 ranks, in numbers of 32: of a million ranks all pages together stay in a processor's cache. */
interface Page {
  readonly words: number[];
  taken: number;
}

const pageBits = 10;
const pageBitsBig = BigInt(pageBits);
const pageSize = 1 << pageBits;
const allTaken = -1;

/**
 * A set of ranks that knows the lowest one which is not in it: a bit for each rank, above them a bit for each page that is
 * full, and so on, as high as there are full pages. What lies scattered costs no more than what lies in a row. Bounded by
 * what is added: at most one page per rank.
 */
export class TakenRanks {
  readonly #pages = new Pages<Page>(pageBits);
  /** The numbers of the pages that are full; undefined before the first is. */
  #full: TakenRanks | undefined;

  /** False where it was in it before. */
  add(rank: bigint): boolean {
    const page = this.#pages.get(rank) ?? this.#newPage(rank);
    const place = lastBits(rank) & (pageSize - 1);
    const word = page.words[place >> 5] ?? 0;
    const added = word | (1 << place);
    if (added === word) return false;
    page.words[place >> 5] = added;
    page.taken += 1;
    if (page.taken === pageSize) {
      this.#full ??= new TakenRanks();
      this.#full.add(rank >> pageBitsBig);
    }
    return true;
  }

  /** False where it was not in it. */
  delete(rank: bigint): boolean {
    const page = this.#pages.get(rank);
    const place = lastBits(rank) & (pageSize - 1);
    const word = page?.words[place >> 5] ?? 0;
    const rest = word & ~(1 << place);
    if (page === undefined || rest === word) return false;
    if (page.taken === pageSize) this.#full?.delete(rank >> pageBitsBig);
    page.words[place >> 5] = rest;
    page.taken -= 1;
    if (page.taken === 0) this.#pages.delete(rank);
    return true;
  }

  lowestFree(): bigint {
    const first = this.#full === undefined ? 0n : this.#full.lowestFree() << pageBitsBig;
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

/** Of a word in which not all bits are set. */
function lowestZero(word: number): number {
  return 31 - Math.clz32(~word & (word + 1));
}
