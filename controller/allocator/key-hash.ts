import type { ObjectKey } from '../../shared/api/object-meta.ts';

/** What a hash depends on beside the key. */
export interface HashSeed {
  readonly basis: number;
  /** Odd, so that no bit of what came before is lost. */
  readonly multiplier: number;
}

/**
 * From any whole number of 32 bits. Users choose the names of Services: where they can't know the seed, they can't choose
 * names that share a hash.
 */
export function hashSeed(random: number): HashSeed {
  return { basis: mixed(random ^ 0x811c_9dc5), multiplier: (mixed(~random) << 3) | 5 };
}

/** As FNV-1a, with its two constants from the seed; mixed in the end: the names of many Services differ in a few digits only. */
export function hashOf(key: ObjectKey, { basis, multiplier }: HashSeed): number {
  let hash = basis;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), multiplier);
  }
  return mixed(hash);
}

/** As MurmurHash3 ends. */
function mixed(value: number): number {
  const half = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  const whole = Math.imul(half ^ (half >>> 13), 0xc2b2_ae35);
  return whole ^ (whole >>> 16);
}
