import { addressViewOf } from './served-table.ts';

/**
 * From which of an interface's addresses (text) to ask for another: the one that shares the longest beginning with it,
 * since some stations answer only their own subnet. Undefined where it has none of that family.
 */
export function sourceAddressFor(addresses: readonly string[], target: DataView): DataView | undefined {
  let best: DataView | undefined;
  let longest = -1;
  for (const text of addresses) {
    const address = addressViewOf(text);
    if (address === undefined || address.byteLength !== target.byteLength) continue;
    const shared = sharedBits(address, target);
    if (shared <= longest) continue;
    longest = shared;
    best = address;
  }
  return best;
}

function sharedBits(a: DataView, b: DataView): number {
  for (let at = 0; at < a.byteLength; at += 4) {
    const difference = a.getInt32(at) ^ b.getInt32(at);
    if (difference !== 0) return 8 * at + Math.clz32(difference);
  }
  return 8 * a.byteLength;
}
