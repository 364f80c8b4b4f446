/** The families in Kubernetes' own words (Service `spec.ipFamilies`). */
export type IpFamily = 'IPv4' | 'IPv6';

/** One address. `value` is its number: below 2^32 for IPv4, below 2^128 for IPv6. */
export interface IpAddress {
  readonly family: IpFamily;
  readonly value: bigint;
}

/** Bits of an address of that family. */
export const addressBits: Readonly<Record<IpFamily, number>> = { IPv4: 32, IPv6: 128 };
