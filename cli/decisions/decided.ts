import { Allocator } from '../../controller/allocator/allocator.ts';
import { readClaim } from '../../controller/allocator/claim.ts';
import type { Decision } from '../../controller/allocator/decision.ts';
import type { PoolSpace } from '../../controller/allocator/pool.ts';
import { isOurs } from '../../controller/allocator/request.ts';
import { inOrderOfTrial, type NamespaceLabels } from '../../controller/allocator/selection.ts';
import { keyOf, type ObjectKey } from '../../shared/api/object-meta.ts';
import type { Service } from '../../shared/api/service.ts';
import { buildConfig } from '../../shared/config/build-config.ts';
import type { Config, Finding } from '../../shared/config/model.ts';
import { AnnounceableServices } from '../../speaker/announceable-services.ts';
import { ElectionOrders } from '../../speaker/election-orders.ts';
import { makePlan, type Plan } from '../../speaker/plan.ts';
import type { Cluster } from '../cluster.ts';
import { foreignUses } from './foreign-uses.ts';
import { type KnownSpeaker, membersOf, speakersByLease } from './speakers.ts';

/** What controller and speakers decide in a cluster like this, worked out by the functions that they use. */
export interface Decided {
  readonly cluster: Cluster;
  /** Undefined where the configuration can't be used: then one that is not known is in force. */
  readonly config: Config | undefined;
  readonly findings: readonly Finding[];
  /** Those that Herald serves. */
  readonly services: readonly Service[];
  readonly decisions: ReadonlyMap<ObjectKey, Decision>;
  /** In the order in which they are tried, with what is taken of them. */
  readonly pools: readonly PoolSpace[];
  readonly speakers: ReadonlyMap<string, KnownSpeaker>;
  readonly plan: Plan;
}

export function decideCluster(cluster: Cluster): Decided {
  const { config, findings } = buildConfig({
    namespace: cluster.namespace,
    pools: cluster.pools,
    advertisements: cluster.advertisements,
    configMap: cluster.configMap,
    nodeLabels: new Map(cluster.nodes.map(({ meta }) => [meta.name, meta.labels])),
  });
  const services = cluster.services.filter((service) => isOurs(service, cluster.installation.loadBalancerClass));
  const allocator = config && allocatorOf(cluster, services, config);
  const decided = services.flatMap(({ meta }): readonly (readonly [ObjectKey, Decision])[] => {
    const decision = allocator?.decision(keyOf(meta));
    return decision === undefined ? [] : [[keyOf(meta), decision]];
  });
  const speakers = speakersByLease(cluster.leases, cluster.nowMs);
  return {
    cluster,
    config,
    findings,
    services,
    decisions: new Map(decided),
    pools: inOrderOfTrial(allocator?.pools() ?? []),
    speakers,
    plan: config === undefined ? { groups: [], services: new Map() } : planOf(cluster, config, speakers),
  };
}

/** An allocator that has taken over what these Services say they have, as a controller does that begins to lead. */
export function allocatorOf(
  cluster: Pick<Cluster, 'namespaces' | 'nowMs' | 'pools' | 'leases'>,
  services: readonly Service[],
  config: Config,
): Allocator {
  const allocator = new Allocator(config, namespaceLabels(cluster), foreignUses(cluster));
  allocator.adopt(services.map(readClaim), cluster.nowMs);
  if (allocator.hasStrays) allocator.loseStrays(cluster.nowMs);
  return allocator;
}

function namespaceLabels({ namespaces }: Pick<Cluster, 'namespaces'>): NamespaceLabels {
  const labels = new Map(namespaces.map(({ meta }) => [meta.name, meta.labels]));
  return (namespace) => labels.get(namespace) ?? {};
}

/** Who may announce what of these Services, by that configuration. */
export function planOf(cluster: Cluster, config: Config, speakers: ReadonlyMap<string, KnownSpeaker>): Plan {
  const { services, endpointSlices, nodes } = cluster;
  const { ignoreExcludeLabel, loadBalancerClass } = cluster.installation;
  return makePlan(
    { services, endpointSlices, nodes, speakers: membersOf(speakers), ignoreExcludeLabel },
    { announceable: new AnnounceableServices(config, loadBalancerClass), orders: new ElectionOrders() },
  );
}
