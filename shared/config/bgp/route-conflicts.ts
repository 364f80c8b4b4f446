import type { Labels } from '../../api/label-selector.ts';
import { type AddressRange, shortestPrefixLength } from '../../net/address-range.ts';
import { compareAge } from '../age.ts';
import { nameOf, type Problem } from '../finding-text.ts';
import type { Pool } from '../model.ts';
import type { BgpAdvertisement } from './model.ts';
import { nodesChosen } from './node-sets.ts';
import type { ReadBgpAdvertisement } from './read-bgp-advertisement.ts';

interface InForce {
  readonly read: ReadBgpAdvertisement;
  readonly advertisement: BgpAdvertisement;
  readonly nodes: ReadonlySet<string>;
}

/**
 * Sets advertisements aside whose aggregates reach beyond a pool, or whose routes an older one announces with another
 * LOCAL_PREF. One that is set aside stands in nobody's way.
 */
export function setAdvertisementsAside(
  advertisements: readonly ReadBgpAdvertisement[],
  pools: ReadonlyMap<string, Pool>,
  nodeLabels: ReadonlyMap<string, Labels> | undefined,
): readonly ReadBgpAdvertisement[] {
  const inForce: InForce[] = [];
  return [...advertisements].sort(compareAge).map((read) => {
    const { advertisement } = read;
    if (advertisement === undefined) return read;
    const own = read.pools.flatMap((name) => pools.get(name) ?? []);
    const nodes = nodesChosen(advertisement.nodeSelectors, nodeLabels);
    const problems = [
      ...own.flatMap((pool) => aggregatesBeyond(advertisement, pool)),
      ...own.flatMap((pool) => otherPreference({ read, advertisement, nodes }, pool, inForce)),
    ];
    if (problems.length > 0) return { ...read, advertisement: undefined, problems: [...read.problems, ...problems] };
    inForce.push({ read, advertisement, nodes });
    return read;
  });
}

/** An aggregate must not reach beyond the pool: its prefix is at least as long as that of the pool's largest block. */
function aggregatesBeyond(advertisement: BgpAdvertisement, pool: Pool): readonly Problem[] {
  const problems = new Map<string, Problem>();
  for (const range of pool.ranges) {
    const key = lengthKey(range);
    const length = advertisement[key];
    const prefix = shortestPrefixLength(range);
    if (length >= prefix || problems.has(key)) continue;
    const text = `/${length} reaches beyond pool "${pool.name}", which has a range whose largest block is a /${prefix}; use ${prefix} or more`;
    problems.set(key, { severity: 'error', path: `spec.${key}`, text });
  }
  return [...problems.values()];
}

/** RFC 4271 §5.1.5: a route has one LOCAL_PREF. Which Services selectors choose is not known here. */
function otherPreference(
  { advertisement, nodes }: InForce,
  pool: Pool,
  inForce: readonly InForce[],
): readonly Problem[] {
  if (advertisement.serviceSelectors.length > 0) return [];
  const other = inForce.find(
    (older) =>
      older.read.pools.includes(pool.name) &&
      older.advertisement.serviceSelectors.length === 0 &&
      older.advertisement.localPref !== advertisement.localPref &&
      sameRoutes(older.advertisement, advertisement, pool) &&
      sharePeer(older.advertisement.peers, advertisement.peers) &&
      !older.nodes.isDisjointFrom(nodes),
  );
  if (other === undefined) return [];
  const text = `${advertisement.localPref} differs from ${other.advertisement.localPref} of ${nameOf(other.read.object)}, which announces the same routes of pool "${pool.name}"; use one value, or other peers or nodes`;
  return [{ severity: 'error', path: 'spec.localPref', text }];
}

function sameRoutes(one: BgpAdvertisement, other: BgpAdvertisement, pool: Pool): boolean {
  return pool.ranges.some((range) => one[lengthKey(range)] === other[lengthKey(range)]);
}

function sharePeer(one: readonly string[], other: readonly string[]): boolean {
  return one.length === 0 || other.length === 0 || one.some((peer) => other.includes(peer));
}

function lengthKey({ family }: AddressRange): 'aggregationLength' | 'aggregationLengthV6' {
  return family === 'IPv4' ? 'aggregationLength' : 'aggregationLengthV6';
}
