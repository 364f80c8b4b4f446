import { type IPAddressPool, ipAddressPoolResource } from '../api/ip-address-pool.ts';
import { type L2Advertisement, l2AdvertisementResource } from '../api/l2-advertisement.ts';
import type { Labels } from '../api/label-selector.ts';
import type { ApiObject } from '../api/object-meta.ts';
import { compareFindings, compareText, findingOf, type Problem } from './finding-text.ts';
import type { Advertisement, Config, Finding, Pool } from './model.ts';
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
}

/** Reads the custom resources. Every object stands for itself: a bad one is set aside, the others are in force. */
export function configFromResources(inputs: ResourceInputs): { config: Config; findings: readonly Finding[] } {
  const { namespace } = inputs;
  const pools = split(inputs.pools, namespace);
  const advertisements = split(inputs.advertisements, namespace);
  const readPools = setOverlapsAside(pools.own.map(readPool));
  const surroundings = {
    namespace,
    pools: new Map(pools.own.map(({ meta }) => [meta.name, meta.labels])),
    foreignPools: new Map(pools.foreign.map(({ meta }) => [meta.name, meta.namespace])),
    nodeLabels: inputs.nodeLabels,
  };
  const readAdvertisements = advertisements.own.map((resource) => readAdvertisement(resource, surroundings));
  const config: Config = {
    source: pools.own.length === 0 && advertisements.own.length === 0 ? 'none' : 'resources',
    pools: poolsInForce(readPools),
    advertisements: readAdvertisements.flatMap(({ advertisement }) => advertisement ?? []),
    setAside: new Set(readPools.flatMap(({ pool, object }) => (pool === undefined ? [object.name] : []))),
  };
  const findings = [
    ...[...readPools, ...readAdvertisements].flatMap(findingsOf),
    ...unselectedPools(config, namespace),
    ...pools.foreign.map(({ meta }) => foreignFinding(ipAddressPoolResource.kind, meta, namespace)),
    ...advertisements.foreign.map(({ meta }) => foreignFinding(l2AdvertisementResource.kind, meta, namespace)),
  ];
  return { config, findings: findings.sort(compareFindings) };
}

/** Each part by name, so that nothing depends on the order in which the API server lists. */
function split<T extends ApiObject>(objects: Iterable<T>, namespace: string): { own: T[]; foreign: T[] } {
  const byName = [...objects].sort((a, b) => compareText(a.meta.name, b.meta.name));
  return {
    own: byName.filter(({ meta }) => meta.namespace === namespace),
    foreign: byName
      .filter(({ meta }) => meta.namespace !== namespace)
      .sort((a, b) => compareText(a.meta.namespace, b.meta.namespace)),
  };
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

function foreignFinding(kind: string, meta: ApiObject['meta'], namespace: string): Finding {
  const text = `"${meta.namespace}" is not the namespace of the installation: this object never serves; move it to "${namespace}"`;
  return findingOf(
    { kind, namespace: meta.namespace, name: meta.name },
    { severity: 'notice', path: 'metadata.namespace', text },
  );
}
