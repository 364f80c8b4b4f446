import { type L2Advertisement, l2AdvertisementResource } from '../api/l2-advertisement.ts';
import { type LabelSelector, type Labels, selectorMatches } from '../api/label-selector.ts';
import { quotedText } from '../net/quoted-text.ts';
import type { FindingObject, Problem } from './finding-text.ts';
import type { Advertisement } from './model.ts';
import { checkSelector } from './selector-check.ts';
import { selectorText } from './selector-text.ts';

/** What an advertisement may refer to. */
export interface Surroundings {
  readonly namespace: string;
  /** Labels of every pool of the namespace, by name in ascending order, those set aside included. */
  readonly pools: ReadonlyMap<string, Labels>;
  /** Names of pools in other namespaces, for the advice. */
  readonly foreignPools: ReadonlyMap<string, string>;
  /** Undefined where nodes are not known: then no selector is said to match none. */
  readonly nodeLabels: ReadonlyMap<string, Labels> | undefined;
}

export interface ReadAdvertisement {
  readonly object: FindingObject;
  /** Undefined where nothing of it is in force. */
  readonly advertisement: Advertisement | undefined;
  readonly problems: readonly Problem[];
}

interface Sound<T> {
  readonly entries: readonly T[];
  readonly problems: readonly Problem[];
  /** Entries stood there and none is sound: the empty list that is left must not read as "all". */
  readonly lost: boolean;
}

/**
 * Reads one L2Advertisement. An entry that can't be used is left out and the rest stays in force; where a whole list is
 * lost by that, the advertisement is set aside.
 */
export function readAdvertisement(resource: L2Advertisement, surroundings: Surroundings): ReadAdvertisement {
  const { name, namespace } = resource.meta;
  const pools = choosePools(resource, surroundings);
  const nodes = soundSelectors(resource.nodeSelectors, 'spec.nodeSelectors');
  const services = soundSelectors(resource.serviceSelectors, 'spec.serviceSelectors');
  const interfaces = soundInterfaces(resource.interfaces);
  const preferred = soundPreferences(resource);
  const lost = nodes.lost || services.lost || interfaces.lost || pools.entries.length === 0;
  const advertisement: Advertisement = {
    name,
    pools: pools.entries,
    nodeSelectors: nodes.entries,
    interfaces: interfaces.entries,
    serviceSelectors: services.entries,
    preferredNodes: preferred.entries,
  };
  return {
    object: { kind: l2AdvertisementResource.kind, namespace, name },
    advertisement: lost ? undefined : advertisement,
    problems: [pools, nodes, services, interfaces, preferred]
      .flatMap((part) => part.problems)
      .concat(unmatchedNodes(resource, surroundings.nodeLabels)),
  };
}

function choosePools(resource: L2Advertisement, surroundings: Surroundings): Sound<string> {
  const { ipAddressPools, ipAddressPoolSelectors } = resource;
  const known = surroundings.pools;
  if (ipAddressPools.length === 0 && ipAddressPoolSelectors.length === 0) {
    return { entries: [...known.keys()], problems: [], lost: false };
  }
  const selectors = soundSelectors(ipAddressPoolSelectors, 'spec.ipAddressPoolSelectors');
  const named = new Set(ipAddressPools);
  const entries = [...known].flatMap(([pool, labels]) =>
    named.has(pool) || selectors.entries.some((selector) => selectorMatches(selector, labels)) ? [pool] : [],
  );
  const problems = [
    ...missingPools(ipAddressPools, surroundings),
    ...repeated(ipAddressPools, 'spec.ipAddressPools'),
    ...selectors.problems,
  ];
  for (const [index, selector] of ipAddressPoolSelectors.entries()) {
    const sound = selectors.entries.includes(selector);
    if (!sound || [...known.values()].some((labels) => selectorMatches(selector, labels))) continue;
    const text = `${quotedText(selectorText(selector))} matches no IPAddressPool; correct it, or put the labels on a pool`;
    problems.push({ severity: 'warning', path: `spec.ipAddressPoolSelectors[${index}]`, text });
  }
  return { entries, problems, lost: false };
}

function missingPools(names: readonly string[], surroundings: Surroundings): Problem[] {
  return names.flatMap((name, index): readonly Problem[] => {
    if (surroundings.pools.has(name)) return [];
    const elsewhere = surroundings.foreignPools.get(name);
    const remedy =
      elsewhere === undefined
        ? 'create it or remove the name'
        : `the one in namespace "${elsewhere}" never serves; move it here`;
    const text = `there is no IPAddressPool ${quotedText(name)} in namespace "${surroundings.namespace}"; ${remedy}`;
    return [{ severity: 'error', path: `spec.ipAddressPools[${index}]`, text }];
  });
}

function soundSelectors(selectors: readonly LabelSelector[], path: string): Sound<LabelSelector> {
  return keepSound(selectors, (selector, index) => checkSelector(selector, `${path}[${index}]`));
}

// IFNAMSIZ is 16 with the closing zero (linux/if.h); the kernel refuses '/', ':' and white space (dev_valid_name).
const interfaceName = /^[^\s/:]{1,15}$/;

function soundInterfaces(names: readonly string[]): Sound<string> {
  const sound = keepSound(names, (name, index): readonly Problem[] => {
    if (interfaceName.test(name)) return [];
    const text = `${quotedText(name)} can't be the name of an interface; give it exactly as "ip link" prints it`;
    return [{ severity: 'error', path: `spec.interfaces[${index}]`, text }];
  });
  return { ...sound, problems: [...sound.problems, ...repeated(names, 'spec.interfaces')] };
}

function repeated(names: readonly string[], path: string): readonly Problem[] {
  return names.flatMap((name, index): readonly Problem[] => {
    const first = names.indexOf(name);
    if (first === index) return [];
    return [
      {
        severity: 'notice',
        path: `${path}[${index}]`,
        text: `${quotedText(name)} stands at ${path}[${first}] already; remove one`,
      },
    ];
  });
}

function soundPreferences(resource: L2Advertisement): Sound<L2Advertisement['preferredNodeSelectors'][number]> {
  return keepSound(resource.preferredNodeSelectors, ({ weight, preference }, index): readonly Problem[] => {
    const path = `spec.preferredNodeSelectors[${index}]`;
    if (Number.isInteger(weight) && weight >= 1 && weight <= 100) {
      return checkSelector(preference, `${path}.preference`);
    }
    return [{ severity: 'error', path: `${path}.weight`, text: `${weight} is not a whole number from 1 to 100` }];
  });
}

function keepSound<T>(entries: readonly T[], check: (entry: T, index: number) => readonly Problem[]): Sound<T> {
  const sound: T[] = [];
  const problems: Problem[] = [];
  for (const [index, entry] of entries.entries()) {
    const found = check(entry, index);
    if (found.length === 0) sound.push(entry);
    problems.push(...found);
  }
  return { entries: sound, problems, lost: entries.length > 0 && sound.length === 0 };
}

function unmatchedNodes(
  resource: L2Advertisement,
  nodeLabels: ReadonlyMap<string, Labels> | undefined,
): readonly Problem[] {
  if (nodeLabels === undefined || nodeLabels.size === 0) return [];
  const all = [...nodeLabels.values()];
  const check = (selector: LabelSelector, path: string): readonly Problem[] => {
    if (checkSelector(selector, path).length > 0 || all.some((labels) => selectorMatches(selector, labels))) return [];
    const text = `${quotedText(selectorText(selector))} matches no node; compare it with "kubectl get nodes --show-labels"`;
    return [{ severity: 'warning', path, text }];
  };
  return [
    ...resource.nodeSelectors.flatMap((selector, index) => check(selector, `spec.nodeSelectors[${index}]`)),
    ...resource.preferredNodeSelectors.flatMap(({ preference }, index) =>
      check(preference, `spec.preferredNodeSelectors[${index}].preference`),
    ),
  ];
}
