import { type LabelSelector, type Labels, selectorMatches } from '../api/label-selector.ts';
import { quotedText } from '../net/quoted-text.ts';
import type { Problem } from './finding-text.ts';
import { selectorText } from './selector-text.ts';
import { repeated, type SoundEntries, soundSelectors } from './sound-entries.ts';

/** What advertisements may refer to. */
export interface Surroundings {
  readonly namespace: string;
  /** Labels of every pool of the namespace, by name in ascending order, those set aside included. */
  readonly pools: ReadonlyMap<string, Labels>;
  /** Names of pools in other namespaces, for the advice. */
  readonly foreignPools: ReadonlyMap<string, string>;
  /** Undefined where nodes are not known: then no selector is said to match none. */
  readonly nodeLabels: ReadonlyMap<string, Labels> | undefined;
}

export interface PoolChoice {
  readonly ipAddressPools: readonly string[];
  readonly ipAddressPoolSelectors: readonly LabelSelector[];
}

/** The pools that an advertisement chooses by name or by label; all of them where it has neither. */
export function choosePools(choice: PoolChoice, surroundings: Surroundings): SoundEntries<string> {
  const { ipAddressPools, ipAddressPoolSelectors } = choice;
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
