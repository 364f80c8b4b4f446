import type { EndpointSlice } from '../shared/api/endpoint-slice.ts';
import type { Node } from '../shared/api/node.ts';
import { keyOf, type ObjectKey } from '../shared/api/object-meta.ts';
import type { Service } from '../shared/api/service.ts';
import type { Cache, Change } from '../shared/kube/informer.ts';
import { changesPlan } from './announceable-services.ts';
import type { Link } from './datapath/table.ts';
import { planConditions } from './node-verdicts.ts';

/** What plans are made from, besides the configuration. */
export interface PlannedObjects {
  /** Those that may be planned for. */
  readonly services: Cache<Service>;
  readonly endpointSlices: Cache<EndpointSlice>;
  readonly nodes: Cache<Node>;
}

/** Told of changes that may change a plan: most say nothing that it is made from. What is returned unsubscribes. */
export function onPlanChange(objects: PlannedObjects, listener: () => void): readonly (() => void)[] {
  const { services, endpointSlices, nodes } = objects;
  const tellIf = (matters: boolean): void => {
    if (matters) listener();
  };
  return [
    services.onChange((change) => tellIf(change.type !== 'modified' || changesPlan(change.previous, change.object))),
    endpointSlices.onChange((change) => tellIf(sliceChangesPlan(change, (key) => services.get(key) !== undefined))),
    nodes.onChange((change) => tellIf(nodeChangesPlan(change))),
  ];
}

/** Kubelets write all the time when they last looked. */
function nodeChangesPlan(change: Change<Node>): boolean {
  return saysNews(change, nodeFacts);
}

/** `isPlanned`: a Service of that name is one to make plans for. Of one that comes later its own change tells. */
function sliceChangesPlan(change: Change<EndpointSlice>, isPlanned: (service: ObjectKey) => boolean): boolean {
  const slices = change.type === 'modified' ? [change.previous, change.object] : [change.object];
  return slices.some((slice) => isPlanned(serviceOf(slice))) && saysNews(change, sliceFacts);
}

/** Most links of a node are its pods': they come and go, and the table has none of them. */
export function linksChangePlan(
  before: readonly Link[],
  now: readonly Link[],
  mayServe: (link: Link) => boolean,
): boolean {
  const facts = (links: readonly Link[]): string =>
    JSON.stringify(links.filter(mayServe).map(({ index, name, mac, carrier }) => [index, name, mac, carrier]));
  return facts(before) !== facts(now);
}

function saysNews<T>(change: Change<T>, facts: (object: T) => unknown): boolean {
  if (change.type !== 'modified') return true;
  return JSON.stringify(facts(change.previous)) !== JSON.stringify(facts(change.object));
}

function nodeFacts({ meta, unschedulable, taints, conditions }: Node): unknown {
  const judged = conditions.filter(({ type }) => planConditions.includes(type));
  return [
    Object.entries(meta.labels).sort(),
    unschedulable,
    taints.map(({ key }) => key),
    judged.map(({ type, status }) => [type, status]),
  ];
}

function sliceFacts(slice: EndpointSlice): unknown {
  return [serviceOf(slice), slice.endpoints];
}

function serviceOf({ meta, serviceName }: EndpointSlice): ObjectKey {
  return keyOf({ namespace: meta.namespace, name: serviceName });
}
