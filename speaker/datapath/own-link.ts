import type { Link } from './table.ts';

/**
 * Whether what this node sends from that address gets out: not where no link that has it has a carrier. The
 * kernel would keep it for a neighbour that it asks for in vain, once a second (RetransTimer, RFC 4861 §10; ARP alike):
 * up to a second after the carrier is back nothing would leave, and then all that is old.
 */
export function getsOutFrom(address: string, links: readonly Link[]): boolean {
  const having = links.filter(({ addresses }) => addresses.includes(address));
  return having.length === 0 || having.some(({ carrier }) => carrier);
}
