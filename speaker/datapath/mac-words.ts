import { formatMac, parseMac } from '../../shared/net/mac.ts';

/** A MAC as the hot loop compares and writes it: its first two octets, and its last four as a signed number. */
export interface MacWords {
  readonly high: number;
  readonly low: number;
}

export const broadcastMac: MacWords = { high: 0xffff, low: -1 };

/** Reads `aa:bb:cc:dd:ee:ff`; undefined for anything else. */
export function macWordsOf(text: string): MacWords | undefined {
  const bytes = parseMac(text);
  return bytes === undefined ? undefined : readMac(new DataView(bytes.buffer), 0);
}

export function readMac(view: DataView, offset: number): MacWords {
  return { high: view.getUint16(offset), low: view.getInt32(offset + 2) };
}

export function writeMac(view: DataView, offset: number, mac: MacWords): void {
  view.setUint16(offset, mac.high);
  view.setInt32(offset + 2, mac.low);
}

export function isMacAt(view: DataView, offset: number, mac: MacWords): boolean {
  return view.getInt32(offset + 2) === mac.low && view.getUint16(offset) === mac.high;
}

/** `aa:bb:cc:dd:ee:ff`. */
export function macText(mac: MacWords): string {
  const bytes = new Uint8Array(6);
  writeMac(new DataView(bytes.buffer), 0, mac);
  return formatMac(bytes);
}
