import { isMacAt, type MacWords } from './mac-words.ts';

export interface ServedInterface {
  readonly index: number;
  readonly mac: MacWords;
}

/** An address of the table, ready for the hot loop. */
export interface ServedAddress {
  readonly ip: string;
  readonly service: string;
  /** Of the addresses that move together: its first. */
  readonly group: string;
  /** 4 or 16 octets. */
  readonly address: DataView;
  /** Whether this node is to answer for it. */
  owned: boolean;
  readonly interfaces: readonly ServedInterface[];
}

/** Finds addresses by how they lie in a frame, without allocating. BOUNDED by the table it is built from. */
export class ServedAddresses {
  readonly all: readonly ServedAddress[];
  readonly #ipv4 = new Map<number, ServedAddress>();
  /** By hash: the few that share one are compared in full. */
  readonly #ipv6 = new Map<number, ServedAddress[]>();
  readonly #interfaces = new Map<number, ServedInterface>();
  readonly #macs: MacWords[] = [];

  constructor(addresses: readonly ServedAddress[]) {
    this.all = addresses;
    for (const served of addresses) {
      this.#insert(served);
      for (const one of served.interfaces) this.#interfaces.set(one.index, one);
    }
    for (const { mac } of this.#interfaces.values()) this.#macs.push(mac);
  }

  #insert(served: ServedAddress): void {
    if (served.address.byteLength === 4) {
      this.#ipv4.set(served.address.getInt32(0), served);
      return;
    }
    const hash = hashAt(served.address, 0);
    const bucket = this.#ipv6.get(hash);
    if (bucket === undefined) this.#ipv6.set(hash, [served]);
    else bucket.push(served);
  }

  /** The address as a signed number. */
  findIpv4(address: number): ServedAddress | undefined {
    return this.#ipv4.get(address);
  }

  findIpv6(view: DataView, offset: number): ServedAddress | undefined {
    const bucket = this.#ipv6.get(hashAt(view, offset));
    if (bucket === undefined) return undefined;
    for (const served of bucket) if (isSameIpv6(served.address, view, offset)) return served;
    return undefined;
  }

  /** The interface's MAC, where any address is answered on it. */
  macOf(interfaceIndex: number): MacWords | undefined {
    return this.#interfaces.get(interfaceIndex)?.mac;
  }

  /** Whether one of our own serving interfaces has the MAC that lies there. */
  isOwnMacAt(view: DataView, offset: number): boolean {
    for (const mac of this.#macs) if (isMacAt(view, offset, mac)) return true;
    return false;
  }
}

/** Whether the address is answered on that interface. */
export function isServedOn(served: ServedAddress, interfaceIndex: number): boolean {
  for (const one of served.interfaces) if (one.index === interfaceIndex) return true;
  return false;
}

function hashAt(view: DataView, offset: number): number {
  return (
    view.getInt32(offset) ^
    Math.imul(view.getInt32(offset + 4), 31) ^
    Math.imul(view.getInt32(offset + 8), 961) ^
    view.getInt32(offset + 12)
  );
}

function isSameIpv6(address: DataView, view: DataView, offset: number): boolean {
  for (let at = 0; at < 16; at += 4) if (address.getInt32(at) !== view.getInt32(offset + at)) return false;
  return true;
}
