import { addressFromBytes, formatAddress } from '../../shared/net/address.ts';
import { formatMac } from '../../shared/net/mac.ts';
import type { NetlinkMessage } from './netlink.ts';
import type { Link } from './table.ts';

/** What to ask the kernel for next. */
export interface DumpRequest {
  readonly what: 'links' | 'addresses';
  readonly sequence: number;
}

type Phase = 'links' | 'addresses' | 'live';
type LinkWithoutAddresses = Omit<Link, 'addresses'>;

/**
 * The node's links and their addresses, kept equal to the kernel's: one dump of each, then notifications; and all anew
 * after notifications were lost. BOUNDED by the links and addresses that the node has.
 */
export class LinkTable {
  #links = new Map<number, LinkWithoutAddresses>();
  #addresses = new Map<number, Set<string>>();
  #phase: Phase = 'links';
  #sequence = 0;
  /** Nothing of the dump has been read yet: what comes was queued before it, and is older. */
  #beforeDump = true;
  #changed = false;
  #told = '';

  /** Starts over: at the start, and after ENOBUFS said that messages were lost. */
  resync(): DumpRequest {
    this.#links = new Map();
    this.#addresses = new Map();
    this.#beforeDump = true;
    return this.#enter('links');
  }

  /** Takes in a message; the request, if any, is to be sent. */
  apply(message: NetlinkMessage): DumpRequest | undefined {
    if (this.#isBeforeDump(message)) return undefined;
    switch (message.type) {
      case 'done':
        return message.sequence === this.#sequence ? this.#finish(message.interrupted) : undefined;
      case 'error':
        return message.sequence === this.#sequence && message.errno !== 0 ? this.resync() : undefined;
      case 'newLink':
        this.#links.set(message.index, linkOf(message));
        break;
      case 'delLink':
        this.#links.delete(message.index);
        this.#addresses.delete(message.index);
        break;
      case 'newAddress':
        this.#addressesOf(message.index).add(textOf(message.address));
        break;
      case 'delAddress':
        this.#addressesOf(message.index).delete(textOf(message.address));
        break;
    }
    this.#changed = true;
    return undefined;
  }

  /** All links by index, where they changed since the last call; undefined also while a dump is incomplete. */
  takeChanged(): readonly Link[] | undefined {
    if (this.#phase !== 'live' || !this.#changed) return undefined;
    this.#changed = false;
    const links = [...this.#links.values()]
      .sort((a, b) => a.index - b.index)
      .map((link) => ({ ...link, addresses: [...(this.#addresses.get(link.index) ?? [])].sort() }));
    // The kernel also notifies of what we don't keep, such as lifetimes and statistics.
    const text = JSON.stringify(links);
    if (text === this.#told) return undefined;
    this.#told = text;
    return links;
  }

  #isBeforeDump(message: NetlinkMessage): boolean {
    if ('sequence' in message && message.sequence === this.#sequence) this.#beforeDump = false;
    return this.#beforeDump;
  }

  #finish(interrupted: boolean): DumpRequest | undefined {
    if (interrupted) return this.resync();
    if (this.#phase === 'links') return this.#enter('addresses');
    this.#phase = 'live';
    this.#changed = true;
    return undefined;
  }

  #enter(what: 'links' | 'addresses'): DumpRequest {
    this.#phase = what;
    this.#sequence += 1;
    return { what, sequence: this.#sequence };
  }

  #addressesOf(index: number): Set<string> {
    let addresses = this.#addresses.get(index);
    if (addresses === undefined) {
      addresses = new Set();
      this.#addresses.set(index, addresses);
    }
    return addresses;
  }
}

function linkOf(message: Extract<NetlinkMessage, { readonly type: 'newLink' }>): LinkWithoutAddresses {
  const { index, name, up, carrier, loopback, noArp, master } = message;
  return { index, name, mac: formatMac(message.mac), up, carrier, loopback, noArp, master };
}

function textOf(bytes: Uint8Array): string {
  const address = addressFromBytes(bytes);
  return address === undefined ? '' : formatAddress(address);
}
