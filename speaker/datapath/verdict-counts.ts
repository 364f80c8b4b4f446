import type { Verdict } from './responder.ts';

/** How many frames of a protocol ended with which verdict. */
export class VerdictCounts {
  readonly #protocol: string;
  readonly #counts: Record<Verdict, number> = {
    answered: 0,
    foreignClaim: 0,
    interfaceNotServing: 0,
    otherDestination: 0,
    ownFrame: 0,
    arpMalformed: 0,
    arpNotRequest: 0,
    ndpMalformed: 0,
    ndpHopLimit: 0,
    ndpChecksum: 0,
    ndpOptionLength: 0,
    ndpTargetMulticast: 0,
    ndpDuplicateAddressDetection: 0,
    ndpNotSolicitation: 0,
    addressUnknown: 0,
    addressOnOtherInterface: 0,
    notOwner: 0,
  };

  constructor(protocol: 'arp' | 'ndp') {
    this.#protocol = protocol;
  }

  add(verdict: Verdict): void {
    this.#counts[verdict] += 1;
  }

  /** `arp.answered` and so on, those that are not zero. */
  entries(): readonly (readonly [string, number])[] {
    return Object.entries(this.#counts)
      .filter(([, count]) => count > 0)
      .map(([verdict, count]) => [`${this.#protocol}.${verdict}`, count]);
  }
}
