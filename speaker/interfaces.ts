import type { Config } from '../shared/config/model.ts';
import type { Link } from './datapath/table.ts';
import type { PublishedInterface } from './membership/speaker-facts.ts';

/** Interfaces that belong to containers, tunnels and virtual bridges: they face no LAN (as MetalLB's excludel2.yaml). */
export const defaultExclusions: readonly string[] = [
  'docker',
  'cbr',
  'dummy',
  'virbr',
  'lxcbr',
  'veth',
  'cali',
  'tunl',
  'flannel',
  'kube-ipvs',
  'cni',
  'nodelocaldns',
  'lxc',
];

/** Which of its interfaces a node may announce on for an advertisement: all but the excluded ones, or just these. */
export type InterfaceChoice = readonly string[];

/** A regular expression that matches names which begin as one of the entries says. No entries exclude nothing. */
export function exclusionPattern(entries: readonly string[]): RegExp {
  return entries.length === 0 ? /(?!)/ : new RegExp(`^(?:${entries.map((entry) => `(?:${entry})`).join('|')})`);
}

/** Could a frame be sent from it and reach others: up, not loopback, ARP-speaking, Ethernet, no part of a bridge or bond. */
export function isUsable(link: Link): boolean {
  return link.up && !link.loopback && !link.noArp && link.master === 0 && isEthernetAddress(link.mac);
}

/** Those that an advertisement names. */
export function namedInterfaces(config: Config | undefined): ReadonlySet<string> {
  return new Set(config?.advertisements.flatMap(({ interfaces }) => interfaces));
}

/** Could any advertisement of the configuration serve on it: by default, or because it is named? */
export function mayServe(exclusions: RegExp, named: ReadonlySet<string>): (link: Link) => boolean {
  return (link) => isUsable(link) && (!exclusions.test(link.name) || named.has(link.name));
}

/**
 * What the others must know of this node's interfaces: the usable ones that are not excluded, and of the excluded ones
 * those that an advertisement names. So containers that come and go change nothing.
 */
export function publishedInterfaces(
  links: readonly Link[],
  exclusions: RegExp,
  named: ReadonlySet<string>,
): readonly PublishedInterface[] {
  return links
    .filter(mayServe(exclusions, named))
    .map(({ name, carrier }) => ({ name, carrier, onlyIfNamed: exclusions.test(name) }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Does an advertisement with these `interfaces` (empty: all) serve on the interface? */
export function serves(choice: InterfaceChoice, candidate: PublishedInterface): boolean {
  return choice.length === 0 ? !candidate.onlyIfNamed : choice.includes(candidate.name);
}

function isEthernetAddress(mac: string): boolean {
  return mac.length === 17 && mac !== '00:00:00:00:00:00';
}
