import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type EndpointSlice, endpointSliceResource } from '../shared/api/endpoint-slice.ts';
import { type JsonObject, readObject } from '../shared/api/json.ts';
import { type Node, nodeResource } from '../shared/api/node.ts';
import { type Service, serviceResource } from '../shared/api/service.ts';
import { ObjectStore } from '../shared/kube/object-store.ts';
import { eth0 as sound } from '../test/support/links.ts';
import { nodeJson, serviceJson, sliceJson } from '../test/support/plan-inputs.ts';
import { planOf } from '../test/support/plan-world.ts';
import type { Link } from './datapath/table.ts';
import { defaultExclusions, exclusionPattern, mayServe } from './interfaces.ts';
import { linksChangePlan, onPlanChange } from './plan-changes.ts';

const options = {
  keep: () => true,
  onListenerError: (error: unknown): void => {
    throw error;
  },
};

interface Row {
  readonly name: string;
  readonly kind: 'service' | 'slice' | 'node';
  /** As it is before and after. */
  readonly change: readonly [JsonObject, JsonObject];
}

const ready = [{ nodeName: 'node-a', conditions: { ready: true } }];
const draining = [{ nodeName: 'node-a', conditions: { ready: false, serving: true, terminating: true } }];
const heartbeat = (at: string) => ({ type: 'DiskPressure', status: 'False', lastHeartbeatTime: at });
const announced = { type: 'herald/Announced', status: 'True', reason: 'owner', message: '' };

const noNews: readonly Row[] = [
  {
    name: 'a condition of a Service',
    kind: 'service',
    change: [serviceJson(), serviceJson({ conditions: [announced] })],
  },
  {
    name: 'when a kubelet last looked',
    kind: 'node',
    change: [
      nodeJson('node-a', { conditions: [heartbeat('12:00')] }),
      nodeJson('node-a', { conditions: [heartbeat('12:05')] }),
    ],
  },
  {
    name: 'that a node lacks memory',
    kind: 'node',
    change: [nodeJson('node-a'), nodeJson('node-a', { conditions: [{ type: 'MemoryPressure', status: 'True' }] })],
  },
  { name: 'a slice that is written again', kind: 'slice', change: [sliceJson('web', ready), sliceJson('web', ready)] },
  {
    name: 'endpoints of a Service that is none of ours',
    kind: 'slice',
    change: [sliceJson('internal', ready), sliceJson('internal', draining)],
  },
];

const news: readonly Row[] = [
  { name: 'an address', kind: 'service', change: [serviceJson({ ips: [] }), serviceJson()] },
  {
    name: 'a traffic policy',
    kind: 'service',
    change: [serviceJson(), serviceJson({ spec: { externalTrafficPolicy: 'Local' } })],
  },
  { name: 'a label of a Service', kind: 'service', change: [serviceJson(), serviceJson({ labels: { tier: 'web' } })] },
  { name: 'a pool', kind: 'service', change: [serviceJson(), serviceJson({ annotations: {} })] },
  {
    name: 'a label of a node',
    kind: 'node',
    change: [nodeJson('node-a'), nodeJson('node-a', { labels: { zone: 'a' } })],
  },
  {
    name: 'a node that is not ready',
    kind: 'node',
    change: [nodeJson('node-a'), nodeJson('node-a', { ready: 'False' })],
  },
  {
    name: 'a node without a network',
    kind: 'node',
    change: [nodeJson('node-a'), nodeJson('node-a', { conditions: [{ type: 'NetworkUnavailable', status: 'True' }] })],
  },
  {
    name: 'a node that is cordoned',
    kind: 'node',
    change: [nodeJson('node-a'), nodeJson('node-a', { spec: { unschedulable: true } })],
  },
  {
    name: 'a node that is out of service',
    kind: 'node',
    change: [
      nodeJson('node-a'),
      nodeJson('node-a', { spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] } }),
    ],
  },
  { name: 'an endpoint that is ready', kind: 'slice', change: [sliceJson('web', []), sliceJson('web', ready)] },
  {
    name: 'a slice that becomes another Service’s',
    kind: 'slice',
    change: [sliceJson('web', ready), { ...sliceJson('internal', ready), metadata: slicesName('internal') }],
  },
];

/** Of the slice of `web`, with the label of that Service. */
function slicesName(service: string): JsonObject {
  return { name: 'web-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': service } };
}

class World {
  readonly services = new ObjectStore<Service>(options);
  readonly endpointSlices = new ObjectStore<EndpointSlice>(options);
  readonly nodes = new ObjectStore<Node>(options);
  #version = 0;

  constructor() {
    this.put('service', serviceJson());
    this.put('slice', sliceJson('web', ['node-a']));
    for (const name of ['node-a', 'node-b', 'node-c']) this.put('node', nodeJson(name));
  }

  put(kind: Row['kind'], json: JsonObject): void {
    this.#version += 1;
    const metadata = { ...readObject(json, 'metadata'), resourceVersion: String(this.#version) };
    const object = { ...json, metadata };
    if (kind === 'service') this.services.set(serviceResource.parse(object));
    else if (kind === 'slice') this.endpointSlices.set(endpointSliceResource.parse(object));
    else this.nodes.set(nodeResource.parse(object));
  }

  groups() {
    const { services, endpointSlices, nodes } = this;
    return planOf({
      services: [...services.values()],
      slices: [...endpointSlices.values()],
      nodes: [...nodes.values()],
    }).groups;
  }
}

/** How often the change calls for a plan, and the plans before and after. */
function follow({ kind, change: [before, after] }: Row) {
  const world = new World();
  world.put(kind, before);
  let plans = 0;
  const unsubscribe = onPlanChange(world, () => {
    plans += 1;
  });
  const groups = world.groups();
  world.put(kind, after);
  for (const end of unsubscribe) end();
  return { plans, before: groups, after: world.groups() };
}

describe('a plan is made anew for', () => {
  for (const row of news) {
    test(row.name, () => {
      assert.equal(follow(row).plans, 1);
    });
  }
});

describe('no plan is made anew for', () => {
  for (const row of noNews) {
    test(`${row.name}, and would be the same`, () => {
      const { plans, before, after } = follow(row);
      assert.equal(plans, 0);
      assert.deepEqual(after, before);
    });
  }
});

const eth0: Link = { ...sound, addresses: ['10.0.0.11'] };
const cali: Link = { ...eth0, index: 7, name: 'cali7' };

const links: readonly { readonly name: string; readonly now: readonly Link[]; readonly plans: boolean }[] = [
  { name: 'a pod’s link', now: [eth0, cali], plans: false },
  { name: 'an address of the node', now: [{ ...eth0, addresses: [] }], plans: false },
  { name: 'a link that joins a bond', now: [{ ...eth0, master: 3 }], plans: true },
  { name: 'a link that goes down', now: [{ ...eth0, up: false }], plans: true },
  { name: 'a cable that is pulled', now: [{ ...eth0, carrier: false }], plans: true },
  { name: 'another MAC', now: [{ ...eth0, mac: '02:00:00:00:00:02' }], plans: true },
  { name: 'a second link', now: [eth0, { ...eth0, index: 3, name: 'eth1' }], plans: true },
  { name: 'an excluded link that an advertisement names', now: [eth0, { ...cali, name: 'dummy0' }], plans: true },
];

describe('of this node’s links', () => {
  const serving = mayServe(exclusionPattern(defaultExclusions), new Set(['dummy0']));
  for (const { name, now, plans } of links) {
    test(`${name} ${plans ? 'calls' : 'does not call'} for a plan`, () => {
      assert.equal(linksChangePlan([eth0], now, serving), plans);
    });
  }
});
