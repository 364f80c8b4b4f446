import { addressBytes, parseAddress } from '../../shared/net/address.ts';
import { type MacWords, macWordsOf } from './mac-words.ts';
import { type ServedAddress, ServedAddresses, type ServedInterface } from './served-addresses.ts';
import type { Link, Vip, VipInterface } from './table.ts';

/** What the thread knows of this node's links; undefined until netlink has told. */
export type LinksByIndex = ReadonlyMap<number, Link> | undefined;

/** The address's 4 or 16 octets; undefined where the text is no address. */
export function addressViewOf(ip: string): DataView | undefined {
  const address = parseAddress(ip);
  return address === undefined ? undefined : new DataView(addressBytes(address).buffer);
}

/**
 * The table as the hot loop needs it: its addresses, on this node's links as they are, and who answers for them. BOUNDED
 * by the table.
 */
export class ServedTable {
  #vips: readonly Vip[] = [];
  #addresses: ReadonlyMap<string, DataView> = new Map();
  #interfaces: ReadonlySet<number> = new Set();
  #served = new ServedAddresses([]);
  #byIp: ReadonlyMap<string, ServedAddress> = new Map();
  #byGroup: ReadonlyMap<string, readonly ServedAddress[]> = new Map();

  /** Those that can be read. */
  get vips(): readonly Vip[] {
    return this.#vips;
  }

  /** For the hot loop; another object after every change but that of an owner. */
  get served(): ServedAddresses {
    return this.#served;
  }

  /** Indexes of the interfaces that any address is answered on. */
  get interfaces(): ReadonlySet<number> {
    return this.#interfaces;
  }

  find(ip: string): ServedAddress | undefined {
    return this.#byIp.get(ip);
  }

  ofGroup(group: string): readonly ServedAddress[] {
    return this.#byGroup.get(group) ?? [];
  }

  /** Takes over another table; addresses that stay are answered as before. Returns those that are gone. */
  setVips(vips: readonly Vip[], links: LinksByIndex): readonly ServedAddress[] {
    const before = this.#byIp;
    const addresses = new Map<string, DataView>();
    for (const { ip } of vips) {
      const address = this.#addresses.get(ip) ?? addressViewOf(ip);
      if (address !== undefined) addresses.set(ip, address);
    }
    this.#addresses = addresses;
    this.#vips = vips.filter(({ ip }) => addresses.has(ip));
    this.#interfaces = new Set(vips.flatMap((vip) => vip.interfaces.map((one) => one.index)));
    this.setLinks(links);
    return [...before.values()].filter(({ ip }) => !this.#byIp.has(ip));
  }

  /** The node's links are others: their MACs, or whether they are there at all. */
  setLinks(links: LinksByIndex): void {
    const before = this.#byIp;
    const groups = new Map<string, ServedAddress[]>();
    // Thousands of addresses are answered on the same few links. BOUNDED by these.
    const macs = new Map<string, MacWords | undefined>();
    const all = this.#vips.flatMap((vip) => {
      const address = this.#addresses.get(vip.ip);
      if (address === undefined) return [];
      const interfaces = servedInterfaces(vip.interfaces, links, macs);
      const owned = before.get(vip.ip)?.owned ?? false;
      const served = { ip: vip.ip, service: vip.service, group: vip.group, address, owned, interfaces };
      groups.getOrInsertComputed(vip.group, () => []).push(served);
      return [served];
    });
    this.#served = new ServedAddresses(all);
    this.#byIp = new Map(all.map((served) => [served.ip, served]));
    this.#byGroup = groups;
  }
}

/** The thread's own view of a link is newer than the table's: its MAC wins, and a link that is gone serves nothing. */
function servedInterfaces(
  interfaces: readonly VipInterface[],
  links: LinksByIndex,
  macs: Map<string, MacWords | undefined>,
): readonly ServedInterface[] {
  return interfaces.flatMap(({ index, mac }) => {
    const text = links === undefined ? mac : (links.get(index)?.mac ?? '');
    const words = macs.getOrInsertComputed(text, macWordsOf);
    return words === undefined ? [] : [{ index, mac: words }];
  });
}
