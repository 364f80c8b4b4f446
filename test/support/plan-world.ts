import type { EndpointSlice } from '../../shared/api/endpoint-slice.ts';
import type { Node } from '../../shared/api/node.ts';
import type { Service } from '../../shared/api/service.ts';
import type { Config } from '../../shared/config/model.ts';
import { AnnounceableServices } from '../../speaker/announceable-services.ts';
import { ElectionOrders } from '../../speaker/election-orders.ts';
import type { SpeakerFacts } from '../../speaker/membership/speaker-facts.ts';
import { makePlan, type Plan } from '../../speaker/plan.ts';
import { aConfig, aNode, aService, aSlice } from './plan-inputs.ts';

export const eth0 = { name: 'eth0', carrier: true, onlyIfNamed: false };
/** A speaker without trouble. */
export const speaker: SpeakerFacts = {
  address: '192.168.1.1',
  port: 7946,
  incarnation: 'c0ffee',
  macs: ['02:00:00:00:00:01'],
  interfaces: [eth0],
  kubeProxyUnhealthy: false,
  keys: [],
  leaving: false,
};

/** What a plan is made from, by default three sound nodes and one Service. */
export interface World {
  readonly services?: readonly Service[];
  readonly slices?: readonly EndpointSlice[];
  readonly nodes?: readonly Node[];
  readonly speakers?: Readonly<Record<string, SpeakerFacts>>;
  readonly config?: Config;
  readonly loadBalancerClass?: string;
  readonly ignoreExcludeLabel?: boolean;
}

export const abc = ['node-a', 'node-b', 'node-c'];
export const everySpeaker = { 'node-a': speaker, 'node-b': speaker, 'node-c': speaker };

export function planOf(world: World): Plan {
  return makePlan(
    {
      services: world.services ?? [aService()],
      endpointSlices: world.slices ?? [aSlice('web', ['node-a'])],
      nodes: world.nodes ?? abc.map((name) => aNode(name)),
      speakers: new Map(Object.entries(world.speakers ?? everySpeaker)),
      ignoreExcludeLabel: world.ignoreExcludeLabel ?? false,
    },
    {
      announceable: new AnnounceableServices(world.config ?? aConfig(), world.loadBalancerClass),
      orders: new ElectionOrders(),
    },
  );
}
