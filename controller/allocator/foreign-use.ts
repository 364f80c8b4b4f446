import { formatAddress, type IpAddress } from '../../shared/net/address.ts';

/** Another machine on the network uses an address: a speaker noticed before it announced it for the first time. */
export interface ForeignUse {
  readonly address: IpAddress;
  readonly mac: string;
  /** Of the node, on which that machine was heard. */
  readonly interface: string;
  readonly node: string;
  /** When it is tried again, Unix ms. */
  readonly untilMs: number;
}

/** By canonical text of the address. */
export type ForeignUses = ReadonlyMap<string, ForeignUse>;

export const noForeignUses: ForeignUses = new Map();

/** `192.0.2.4 is in use by 02:00:00:00:00:99 on eth0 (seen by node-a), and is tried again at 2026-01-01T00:10:00Z`. */
export function foreignUseText(use: ForeignUse): string {
  const by = `${use.mac} on ${use.interface} (seen by ${use.node})`;
  const until = new Date(use.untilMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return `${formatAddress(use.address)} is in use by ${by}, and is tried again at ${until}`;
}
