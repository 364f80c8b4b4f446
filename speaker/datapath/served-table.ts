import { addressBytes, parseAddress } from '../../shared/net/address.ts';
import { type MacWords, macWordsOf } from './mac-words.ts';
import { type ServedAddress, ServedAddresses } from './served-addresses.ts';
import type { Link, Vip, VipInterface } from './table.ts';

/** What the thread knows of this node's links; undefined until netlink has told. */
export type LinksByIndex = ReadonlyMap<number, Link> | undefined;

/** The address's 4 or 16 octets; undefined where the text is no address. */
export function addressViewOf(ip: string): DataView | undefined {
  const address = parseAddress(ip);
  return address === undefined ? undefined : new DataView(addressBytes(address).buffer);
}

/**
 * The table as the hot loop needs it: its addresses, on this node's links as they are, and who answers for them. A table
 * comes with every change of any Service, and little in it is new: what stays the same is kept. BOUNDED by the table.
 */
export class ServedTable {
  #vips: readonly Vip[] = [];
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

  /** By address, as they are until the next table. */
  get byIp(): ReadonlyMap<string, ServedAddress> {
    return this.#byIp;
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
    const interfaces = new Set<number>();
    for (const vip of vips) for (const { index } of vip.interfaces) interfaces.add(index);
    this.#interfaces = interfaces;
    this.#serve(vips, links);
    return before === this.#byIp ? [] : [...before.values()].filter(({ ip }) => !this.#byIp.has(ip));
  }

  /** The node's links are others: their MACs, or whether they are there at all. */
  setLinks(links: LinksByIndex): void {
    this.#serve(this.#vips, links);
  }

  #serve(vips: readonly Vip[], links: LinksByIndex): void {
    const macs = new LinkMacs(links);
    const read: Vip[] = [];
    const all: ServedAddress[] = [];
    for (const vip of vips) {
      const served = servedAddress(vip, this.#byIp.get(vip.ip), macs);
      if (served === undefined) continue;
      read.push(vip);
      all.push(served);
    }
    this.#vips = read;
    const before = this.#served.all;
    if (all.length === before.length && all.every((served, at) => served === before[at])) return;
    this.#served = new ServedAddresses(all);
    this.#byIp = new Map(all.map((served) => [served.ip, served]));
    this.#byGroup = Map.groupBy(all, ({ group }) => group);
  }
}

/** Under which MAC an address is answered on an interface. */
class LinkMacs {
  readonly #links: LinksByIndex;
  /** Thousands of addresses are answered on the same few links. BOUNDED by these. */
  readonly #words = new Map<string, MacWords | undefined>();

  constructor(links: LinksByIndex) {
    this.#links = links;
  }

  /** The thread's own view of a link is newer than the table's: its MAC wins, and a link that is gone serves nothing. */
  of({ index, mac }: VipInterface): MacWords | undefined {
    const text = this.#links === undefined ? mac : (this.#links.get(index)?.mac ?? '');
    return this.#words.getOrInsertComputed(text, macWordsOf);
  }
}

/** The same object as before where nothing of it has changed; undefined where its address can't be read. */
function servedAddress(vip: Vip, before: ServedAddress | undefined, macs: LinkMacs): ServedAddress | undefined {
  const { ip, service, group } = vip;
  const address = before?.address ?? addressViewOf(ip);
  if (address === undefined) return undefined;
  if (before?.service === service && before.group === group && isServedAsBefore(vip, before, macs)) return before;
  const interfaces = vip.interfaces.flatMap((one) => {
    const mac = macs.of(one);
    return mac === undefined ? [] : [{ index: one.index, mac }];
  });
  return { ip, service, group, address, owned: before?.owned ?? false, interfaces };
}

function isServedAsBefore({ interfaces }: Vip, before: ServedAddress, macs: LinkMacs): boolean {
  let at = 0;
  for (const one of interfaces) {
    const mac = macs.of(one);
    if (mac === undefined) continue;
    const known = before.interfaces[at];
    if (known?.index !== one.index || known.mac.high !== mac.high || known.mac.low !== mac.low) return false;
    at += 1;
  }
  return at === before.interfaces.length;
}
