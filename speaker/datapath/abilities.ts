import type { FailoverMachine } from '../failover/failover.ts';
import type { OwnedGroup } from '../ownership/owned-group.ts';
import type { AddressChecks } from './address-checks.ts';
import { abilitiesOf, groupsOfTable } from './failover-input.ts';
import { hasCarrier } from './link-news.ts';
import type { LinksByIndex, ServedTable } from './served-table.ts';

/** What this node can serve: by its links, and by what other machines use. */
export class Abilities {
  readonly #addresses: ServedTable;
  readonly #checks: AddressChecks;
  /** Of any interface that serves, or served last: a table without the one that went down tells nothing new of it. */
  #carrier = true;
  /** This node's, as netlink told them. */
  links: LinksByIndex;

  constructor(addresses: ServedTable, checks: AddressChecks) {
    this.#addresses = addresses;
    this.#checks = checks;
  }

  /** Whether another machine uses the address, so that it can't be announced. */
  readonly inUse = (ip: string): boolean => this.#checks.inUse(ip);

  /** Those of the table; `before`: to which groups its addresses belonged. */
  groups(before: ReadonlyMap<string, { readonly group: string }>): readonly OwnedGroup[] {
    return groupsOfTable(this.#addresses.vips, this, before);
  }

  tell(failover: FailoverMachine, nowMs: number): void {
    failover.setLinks(abilitiesOf(this.#addresses.vips, this), this.hasCarrier(), nowMs);
  }

  /** Whether any interface that addresses are answered on gets frames through; a node without any is not cut off. */
  hasCarrier(): boolean {
    const { interfaces } = this.#addresses;
    if (interfaces.size > 0) this.#carrier = [...interfaces].some((index) => hasCarrier(this.links, index));
    return this.#carrier;
  }
}
