import type { AddressInUse } from '../shared/api/address-in-use.ts';
import type { StrictArpFault } from '../shared/api/strict-arp.ts';
import type { Config } from '../shared/config/model.ts';
import type { Link } from './datapath/table.ts';
import { mayServe, namedInterfaces, publishedInterfaces } from './interfaces.ts';
import type { PublishedInterface, SpeakerFacts } from './membership/speaker-facts.ts';

export interface LocalNodeOptions {
  /** Where this speaker's pulses come from. */
  readonly address: string;
  readonly port: number;
  /** Random per start, hex. */
  readonly incarnation: string;
  readonly exclusions: RegExp;
}

/** What this speaker knows of its own node, and tells the others. */
export class LocalNode {
  readonly #options: LocalNodeOptions;
  #links: readonly Link[] | undefined;
  #kubeProxyUnhealthy = false;
  #strictArp: StrictArpFault | undefined;
  #addressesInUse: readonly AddressInUse[] = [];
  #unheard: readonly string[] = [];
  #keys: readonly string[] = [];

  constructor(options: LocalNodeOptions) {
    this.#options = options;
  }

  setLinks(links: readonly Link[]): void {
    this.#links = links;
  }

  setKubeProxyUnhealthy(unhealthy: boolean): void {
    this.#kubeProxyUnhealthy = unhealthy;
  }

  setStrictArp(fault: StrictArpFault | undefined): void {
    this.#strictArp = fault;
  }

  /** Members whose pulses do not come. */
  setUnheard(nodes: readonly string[]): void {
    this.#unheard = nodes;
  }

  /** Addresses that it was to announce, and that other machines use. */
  setAddressesInUse(addresses: readonly AddressInUse[]): void {
    this.#addressesInUse = addresses;
  }

  /** Ids of the keys of pulses that are accepted, sorted. */
  setKeys(ids: readonly string[]): void {
    this.#keys = ids;
  }

  /** Those that it can announce on; undefined until they are known. */
  interfaces(config: Config | undefined): readonly PublishedInterface[] | undefined {
    return this.#links && publishedInterfaces(this.#links, this.#options.exclusions, namedInterfaces(config));
  }

  /**
   * Undefined until the interfaces are known and there is a configuration that can be used: the others would leave
   * addresses to a speaker that can't announce them.
   */
  facts(config: Config | undefined): SpeakerFacts | undefined {
    const links = this.#links;
    if (links === undefined || config === undefined) return undefined;
    const { exclusions, ...identity } = this.#options;
    const named = namedInterfaces(config);
    const macs = links.filter(mayServe(exclusions, named)).map(({ mac }) => mac);
    return {
      ...identity,
      macs: [...new Set(macs)].sort(),
      interfaces: publishedInterfaces(links, exclusions, named),
      kubeProxyUnhealthy: this.#kubeProxyUnhealthy,
      ...(this.#strictArp === undefined ? {} : { strictArp: this.#strictArp }),
      ...(this.#addressesInUse.length === 0 ? {} : { addressesInUse: this.#addressesInUse }),
      ...(this.#unheard.length === 0 ? {} : { unheard: this.#unheard }),
      keys: this.#keys,
      leaving: false,
    };
  }
}
