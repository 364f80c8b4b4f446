import { addressBytes, parseAddress } from '../../shared/net/address.ts';
import { macWordsOf } from './mac-words.ts';
import type { ServedAddress, ServedInterface } from './served-addresses.ts';
import type { Link, Vip, VipInterface } from './table.ts';

/** What the thread knows of this node's links; undefined until netlink has told. */
export type LinksByIndex = ReadonlyMap<number, Link> | undefined;

/** The address's 4 or 16 octets; undefined where the text is no address. */
export function addressViewOf(ip: string): DataView | undefined {
  const address = parseAddress(ip);
  return address === undefined ? undefined : new DataView(addressBytes(address).buffer);
}

/** A table's VIP as the hot loop needs it. */
export function serve(vip: Vip, address: DataView, owned: boolean, links: LinksByIndex): ServedAddress {
  return { ip: vip.ip, service: vip.service, address, owned, interfaces: servedInterfaces(vip.interfaces, links) };
}

/** The thread's own view of a link is newer than the table's: its MAC wins, and a link that is gone serves nothing. */
function servedInterfaces(interfaces: readonly VipInterface[], links: LinksByIndex): ServedInterface[] {
  return interfaces.flatMap(({ index, mac }) => {
    const words = macWordsOf(links === undefined ? mac : (links.get(index)?.mac ?? ''));
    return words === undefined ? [] : [{ index, mac: words }];
  });
}
