import { type IPAddressPool, ipAddressPoolResource } from '../api/ip-address-pool.ts';
import { type L2Advertisement, l2AdvertisementResource } from '../api/l2-advertisement.ts';
import type { Labels } from '../api/label-selector.ts';
import { foreignBgpFindings } from './bgp/foreign-bgp.ts';
import { type BgpResources, configFromBgpResources } from './bgp/from-bgp-resources.ts';
import { compareFindings, compareText, findingOf, type Problem } from './finding-text.ts';
import type { Advertisement, Config, Finding, Pool } from './model.ts';
import { foreignFindings, foreignObjects, ownObjects } from './namespaces.ts';
import { setOverlapsAside } from './pool-overlaps.ts';
import { type ReadAdvertisement, readAdvertisement } from './read-advertisement.ts';
import { type ReadPool, readPool } from './read-pool.ts';

export interface ResourceInputs {
  /** The installation's own: objects elsewhere never serve. */
  readonly namespace: string;
  readonly pools: Iterable<IPAddressPool>;
  readonly advertisements: Iterable<L2Advertisement>;
  /** Labels of every node by name. Undefined where nodes are not known: then no selector is said to match none. */
  readonly nodeLabels?: ReadonlyMap<string, Labels> | undefined;
  /** Undefined where nobody looked. */
  readonly bgp?: BgpResources | undefined;
}

/** Reads the custom resources. Every object stands for itself: a bad one is set aside, the others are in force. */
export function configFromResources(inputs: ResourceInputs): { config: Config; findings: readonly Finding[] } {
  const { namespace } = inputs;
  // An iterator can be read only once.
  const allPools = [...inputs.pools];
  const allAdvertisements = [...inputs.advertisements];
  const pools = ownObjects(allPools, namespace);
  const advertisements = ownObjects(allAdvertisements, namespace);
  const readPools = setOverlapsAside(pools.map(readPool));
  const foreignPools = foreignObjects(allPools, namespace);
  const surroundings = {
    namespace,
    pools: new Map(pools.map(({ meta }) => [meta.name, meta.labels])),
    foreignPools: new Map(foreignPools.map(({ meta }) => [meta.name, meta.namespace])),
    nodeLabels: inputs.nodeLabels,
  };
  const readAdvertisements = advertisements.map((resource) => readAdvertisement(resource, surroundings));
  const inForce = poolsInForce(readPools);
  const bgp = inputs.bgp === undefined ? undefined : configFromBgpResources(inputs.bgp, surroundings, inForce);
  const config: Config = {
    source: pools.length === 0 && advertisements.length === 0 ? 'none' : 'resources',
    pools: inForce,
    advertisements: readAdvertisements.flatMap(({ advertisement }) => advertisement ?? []),
    setAside: new Set(readPools.flatMap(({ pool, object }) => (pool === undefined ? [object.name] : []))),
    ...(bgp?.config && { bgp: bgp.config }),
  };
  const findings = [
    ...[...readPools, ...readAdvertisements].flatMap(findingsOf),
    ...unselectedPools(config, namespace),
    ...(bgp?.findings ?? []),
    ...foreignFindings(ipAddressPoolResource.kind, allPools, namespace),
    ...foreignFindings(l2AdvertisementResource.kind, allAdvertisements, namespace),
    ...(inputs.bgp === undefined ? [] : foreignBgpFindings(inputs.bgp, namespace)),
  ];
  return { config, findings: findings.sort(compareFindings) };
}

function poolsInForce(readPools: readonly ReadPool[]): ReadonlyMap<string, Pool> {
  const inForce = readPools.flatMap(({ pool }) => pool ?? []).sort((a, b) => compareText(a.name, b.name));
  return new Map(inForce.map((pool) => [pool.name, pool]));
}

function findingsOf({ object, problems }: ReadPool | ReadAdvertisement): readonly Finding[] {
  return problems.map((problem) => findingOf(object, problem));
}

function unselectedPools(config: Config, namespace: string): readonly Finding[] {
  const selected = new Set(config.advertisements.flatMap((advertisement: Advertisement) => advertisement.pools));
  return [...config.pools.keys()].flatMap((name): readonly Finding[] => {
    if (selected.has(name)) return [];
    const text = `no L2Advertisement selects "${name}": its addresses are handed out but never announced; name it in spec.ipAddressPools of one (BGPAdvertisements are stored, not served yet)`;
    const problem: Problem = { severity: 'warning', path: 'metadata.name', text };
    return [findingOf({ kind: ipAddressPoolResource.kind, namespace, name }, problem)];
  });
}
