import type { ObjectKey } from '../../shared/api/object-meta.ts';
import { type HashSeed, hashOf, hashSeed } from './key-hash.ts';

// A power of two, as all numbers of slots.
const fewestSlots = 64;

/**
 * What is known of each Service, by its key. A `Map` would do the same, but V8 first looks such a key up among all strings
 * that it keeps: with a million Services a name that is new then costs more memory accesses than the whole decision on
 * it. Here one is enough. Open addressing with linear probing, at most half full (Knuth, The Art of Computer
 * Programming, 6.4). Bounded by the most Services that there were at once.
 */
export class ServiceTable<T> {
  /** Two numbers per slot: the hash of a key, and where in the lists it is, from 1 on; there 0 where the slot is free. */
  #slots = new Int32Array(2 * fewestSlots);
  readonly #keys: ObjectKey[] = [];
  readonly #values: T[] = [];
  readonly #seed: HashSeed;

  /** `random`: any whole number of 32 bits, which those who name Services can't know. */
  constructor(random: number) {
    this.#seed = hashSeed(random);
  }

  get size(): number {
    return this.#values.length;
  }

  values(): Iterable<T> {
    return this.#values;
  }

  get(key: ObjectKey): T | undefined {
    const place = this.#slots[this.#slotOf(key, hashOf(key, this.#seed)) + 1] ?? 0;
    return place === 0 ? undefined : this.#values[place - 1];
  }

  set(key: ObjectKey, value: T): void {
    const hash = hashOf(key, this.#seed);
    const slot = this.#slotOf(key, hash);
    const place = this.#slots[slot + 1] ?? 0;
    if (place !== 0) {
      this.#values[place - 1] = value;
      return;
    }
    this.#keys.push(key);
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = this.#values.push(value);
    if (this.size * 4 > this.#slots.length) this.#double();
  }

  delete(key: ObjectKey): void {
    const slot = this.#slotOf(key, hashOf(key, this.#seed));
    const place = this.#slots[slot + 1] ?? 0;
    if (place === 0) return;
    // The last one fills the gap in the lists.
    const lastKey = this.#keys.at(-1) ?? key;
    this.#slots[this.#slotOf(lastKey, hashOf(lastKey, this.#seed)) + 1] = place;
    this.#free(slot);
    const lastValue = this.#values.pop();
    this.#keys.pop();
    if (place > this.#keys.length || lastValue === undefined) return;
    this.#keys[place - 1] = lastKey;
    this.#values[place - 1] = lastValue;
  }

  /** Where the key is, or the free slot where it would be. */
  #slotOf(key: ObjectKey, hash: number): number {
    const slots = this.#slots;
    for (let slot = homeOf(hash, slots); ; slot = (slot + 2) & (slots.length - 1)) {
      const place = slots[slot + 1] ?? 0;
      if (place === 0 || (slots[slot] === hash && this.#keys[place - 1] === key)) return slot;
    }
  }

  /** Frees a slot, and moves up those behind it that would not be found any more (Knuth's algorithm 6.4 R). */
  #free(slot: number): void {
    const slots = this.#slots;
    const last = slots.length - 1;
    let free = slot;
    for (let next = (free + 2) & last; slots[next + 1] !== 0; next = (next + 2) & last) {
      const home = homeOf(slots[next] ?? 0, slots);
      if (((next - home) & last) < ((next - free) & last)) continue;
      slots[free] = slots[next] ?? 0;
      slots[free + 1] = slots[next + 1] ?? 0;
      free = next;
    }
    slots[free + 1] = 0;
  }

  #double(): void {
    const before = this.#slots;
    const slots = new Int32Array(2 * before.length);
    for (let from = 0; from < before.length; from += 2) {
      if (before[from + 1] === 0) continue;
      let to = homeOf(before[from] ?? 0, slots);
      while (slots[to + 1] !== 0) to = (to + 2) & (slots.length - 1);
      slots[to] = before[from] ?? 0;
      slots[to + 1] = before[from + 1] ?? 0;
    }
    this.#slots = slots;
  }
}

/** The slot where the search for a hash begins. */
function homeOf(hash: number, slots: Int32Array): number {
  return (2 * hash) & (slots.length - 1);
}
