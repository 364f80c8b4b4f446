/** BOUNDED: by so many entries; there are two ids per member that runs, and few others. */
const mostTexts = 8_192;

interface Known {
  readonly low: number;
  readonly text: string;
}

/**
 * Ids of 8 octets as 16 hex digits. The same ones come ten times a second: each text is made once, so that it costs
 * nothing to make it, and little to look it up in a map.
 */
export class IdTexts {
  /** By the first four octets; of two ids that agree in them, the last one read. */
  readonly #known = new Map<number, Known>();

  read(view: DataView, at: number): string {
    const high = view.getUint32(at);
    const low = view.getUint32(at + 4);
    const known = this.#known.get(high);
    if (known?.low === low) return known.text;
    if (this.#known.size >= mostTexts) this.#known.clear();
    const text = digitsOf(high) + digitsOf(low);
    this.#known.set(high, { low, text });
    return text;
  }
}

function digitsOf(octets: number): string {
  return octets.toString(16).padStart(8, '0');
}
