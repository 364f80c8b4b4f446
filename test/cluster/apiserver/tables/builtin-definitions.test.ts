import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json, JsonMap, ResourceDefinition } from '../resource-definition.ts';
import { builtinDefinitions } from './builtin-definitions.ts';

const nowMs = Date.UTC(2026, 0, 1, 1, 0, 0);
const created = '2026-01-01T00:00:00Z';

function definition(kind: string, group = ''): ResourceDefinition {
  const found = builtinDefinitions.find((candidate) => candidate.kind === kind && candidate.group === group);
  assert.ok(found, kind);
  return found;
}

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly group?: string;
  readonly object: JsonMap;
  readonly cells: Json[];
}

function service(spec: JsonMap, status: JsonMap = {}): JsonMap {
  return { metadata: { name: 'web', creationTimestamp: created }, spec, status };
}

function loadBalancer(...ingress: JsonMap[]): JsonMap {
  return { loadBalancer: { ingress } };
}

const port = { port: 80, protocol: 'TCP', nodePort: 30080 };
const clusterIPs = ['10.96.0.1'];

const rows: readonly Row[] = [
  {
    name: 'a cluster-internal Service has no external address',
    kind: 'Service',
    object: service({ type: 'ClusterIP', clusterIPs, ports: [{ port: 53, protocol: 'UDP' }] }),
    cells: ['web', 'ClusterIP', '10.96.0.1', '<none>', '53/UDP', '60m', '<none>'],
  },
  {
    name: 'a LoadBalancer without address is pending',
    kind: 'Service',
    object: service({ type: 'LoadBalancer', clusterIPs, ports: [port], selector: { b: 'c', a: 'b' } }),
    cells: ['web', 'LoadBalancer', '10.96.0.1', '<pending>', '80:30080/TCP', '60m', 'a=b,b=c'],
  },
  {
    name: 'addresses and host names are joined and sorted, external addresses follow',
    kind: 'Service',
    object: service(
      {
        type: 'LoadBalancer',
        clusterIPs,
        ports: [port, { ...port, port: 443, nodePort: 30443 }],
        externalIPs: ['9.9.9.9'],
      },
      loadBalancer({ ip: '192.168.10.90' }, { hostname: 'lb.example.com' }, { ip: '1000::1' }),
    ),
    cells: [
      'web',
      'LoadBalancer',
      '10.96.0.1',
      '1000::1,192.168.10.90,lb.example.com,9.9.9.9',
      '80:30080/TCP,443:30443/TCP',
      '60m',
      '<none>',
    ],
  },
  {
    name: 'a headless Service says so, one without ports has none',
    kind: 'Service',
    object: service({ type: 'ClusterIP', clusterIPs: ['None'] }),
    cells: ['web', 'ClusterIP', 'None', '<none>', '<none>', '60m', '<none>'],
  },
  {
    name: 'an ExternalName shows the name',
    kind: 'Service',
    object: service({ type: 'ExternalName', externalName: 'example.com' }),
    cells: ['web', 'ExternalName', '<none>', 'example.com', '<none>', '60m', '<none>'],
  },
  {
    name: 'a Node that is ready, cordoned and has roles',
    kind: 'Node',
    object: {
      metadata: {
        name: 'node-a',
        creationTimestamp: created,
        labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        nodeInfo: { kubeletVersion: 'v1.32.0', kernelVersion: '6.1' },
      },
    },
    cells: [
      'node-a',
      'Ready,SchedulingDisabled',
      'control-plane,worker',
      '60m',
      'v1.32.0',
      '10.0.0.1',
      '<none>',
      '<unknown>',
      '6.1',
      '<unknown>',
    ],
  },
  {
    name: 'a Node that says it is not ready',
    kind: 'Node',
    object: { metadata: { name: 'n' }, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
    cells: ['n', 'NotReady', '<none>', '<unknown>', '', '<none>', '<none>', '<unknown>', '<unknown>', '<unknown>'],
  },
  {
    name: 'a Node that says nothing',
    kind: 'Node',
    object: { metadata: { name: 'n' } },
    cells: ['n', 'Unknown', '<none>', '<unknown>', '', '<none>', '<none>', '<unknown>', '<unknown>', '<unknown>'],
  },
  {
    name: 'a ConfigMap counts texts and bytes',
    kind: 'ConfigMap',
    object: { metadata: { name: 'c', creationTimestamp: created }, data: { a: '' }, binaryData: { b: '' } },
    cells: ['c', 2, '60m'],
  },
  {
    name: 'a Secret shows type and count',
    kind: 'Secret',
    object: { metadata: { name: 's', creationTimestamp: created }, type: 'Opaque', data: { a: '' } },
    cells: ['s', 'Opaque', 1, '60m'],
  },
  {
    name: 'an Event of old style',
    kind: 'Event',
    object: {
      metadata: { name: 'e' },
      type: 'Warning',
      reason: 'AllocationFailed',
      involvedObject: { kind: 'Service', name: 'web' },
      source: { component: 'controller', host: 'node-a' },
      message: 'no address\n',
      firstTimestamp: created,
      lastTimestamp: '2026-01-01T00:59:00Z',
      count: 3,
    },
    cells: ['60s', 'Warning', 'AllocationFailed', 'service/web', '', 'controller, node-a', 'no address', '60m', 3, 'e'],
  },
  {
    name: 'an Event of new style: one time, no count, a reporter',
    kind: 'Event',
    object: {
      metadata: { name: 'e' },
      type: 'Normal',
      reason: 'IPAllocated',
      involvedObject: { kind: 'Service', name: 'web' },
      reportingComponent: 'herald',
      message: 'm',
      eventTime: '2026-01-01T00:59:30.000000Z',
    },
    cells: ['30s', 'Normal', 'IPAllocated', 'service/web', '', 'herald', 'm', '30s', 1, 'e'],
  },
  {
    name: 'an Event with a series',
    kind: 'Event',
    group: 'events.k8s.io',
    object: {
      metadata: { name: 'e' },
      type: 'Normal',
      reason: 'r',
      regarding: { kind: 'Node', name: 'node-a' },
      reportingController: 'herald',
      note: 'm',
      eventTime: created,
      series: { count: 7, lastObservedTime: '2026-01-01T00:59:50.000000Z' },
    },
    cells: ['10s', 'Normal', 'r', 'node/node-a', '', 'herald', 'm', '60m', 7, 'e'],
  },
  {
    name: 'Endpoints show three addresses and count the rest',
    kind: 'Endpoints',
    object: {
      metadata: { name: 'web', creationTimestamp: created },
      subsets: [{ addresses: [{ ip: '1.1.1.1' }, { ip: '::1' }], ports: [{ port: 80 }, { port: 443 }] }],
    },
    cells: ['web', '1.1.1.1:80,[::1]:80,1.1.1.1:443 + 1 more...', '60m'],
  },
  {
    name: 'Endpoints without subsets',
    kind: 'Endpoints',
    object: { metadata: { name: 'web', creationTimestamp: created } },
    cells: ['web', '<none>', '60m'],
  },
  {
    name: 'an EndpointSlice shows ports and addresses',
    kind: 'EndpointSlice',
    group: 'discovery.k8s.io',
    object: {
      metadata: { name: 'web-1', creationTimestamp: created },
      addressType: 'IPv4',
      ports: [{ port: 80 }, { name: 'x' }, {}],
      endpoints: [{ addresses: ['1.1.1.1', '1.1.1.2'] }, { addresses: ['1.1.1.3'] }, { addresses: ['1.1.1.4'] }],
    },
    cells: ['web-1', 'IPv4', '80,x,*', '1.1.1.1,1.1.1.2,1.1.1.3 + 1 more...', '60m'],
  },
  {
    name: 'an EndpointSlice without anything',
    kind: 'EndpointSlice',
    group: 'discovery.k8s.io',
    object: { metadata: { name: 'web-1', creationTimestamp: created }, addressType: 'IPv6' },
    cells: ['web-1', 'IPv6', '<unset>', '<unset>', '60m'],
  },
  {
    name: 'a Lease shows its holder',
    kind: 'Lease',
    group: 'coordination.k8s.io',
    object: { metadata: { name: 'l', creationTimestamp: created }, spec: { holderIdentity: 'node-a' } },
    cells: ['l', 'node-a', '60m'],
  },
  {
    name: 'a Pod counts ready containers and restarts',
    kind: 'Pod',
    object: {
      metadata: { name: 'p', creationTimestamp: created },
      spec: { containers: [{ name: 'a' }, { name: 'b' }], nodeName: 'node-a' },
      status: {
        phase: 'Running',
        podIPs: [{ ip: '10.1.0.1' }],
        containerStatuses: [
          { ready: true, restartCount: 2 },
          { ready: false, restartCount: 1 },
        ],
      },
    },
    cells: ['p', '1/2', 'Running', '3', '60m', '10.1.0.1', 'node-a', '<none>', '<none>'],
  },
  {
    name: 'a definition shows when it was made, not how long ago',
    kind: 'CustomResourceDefinition',
    group: 'apiextensions.k8s.io',
    object: { metadata: { name: 'pools.example.com', creationTimestamp: created } },
    cells: ['pools.example.com', '2026-01-01T00:00:00Z'],
  },
  {
    name: 'a Namespace shows its phase',
    kind: 'Namespace',
    object: { metadata: { name: 'shop', creationTimestamp: created }, status: { phase: 'Terminating' } },
    cells: ['shop', 'Terminating', '60m'],
  },
];

const headings: readonly (readonly [string, string, string, string])[] = [
  ['Service', '', 'NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE', 'SELECTOR'],
  ['Node', '', 'NAME STATUS ROLES AGE VERSION', 'INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME'],
  ['Namespace', '', 'NAME STATUS AGE', ''],
  ['ConfigMap', '', 'NAME DATA AGE', ''],
  ['Secret', '', 'NAME TYPE DATA AGE', ''],
  ['Event', '', 'LAST SEEN TYPE REASON OBJECT MESSAGE', 'SUBOBJECT SOURCE FIRST SEEN COUNT NAME'],
  ['Endpoints', '', 'NAME ENDPOINTS AGE', ''],
  ['Pod', '', 'NAME READY STATUS RESTARTS AGE', 'IP NODE NOMINATED NODE READINESS GATES'],
  ['ServiceAccount', '', 'NAME SECRETS AGE', ''],
  ['EndpointSlice', 'discovery.k8s.io', 'NAME ADDRESSTYPE PORTS ENDPOINTS AGE', ''],
  ['Lease', 'coordination.k8s.io', 'NAME HOLDER AGE', ''],
  ['CustomResourceDefinition', 'apiextensions.k8s.io', 'NAME CREATED AT', ''],
];

describe('builtinDefinitions', () => {
  for (const { name, kind, group, object, cells } of rows) {
    test(name, () => assert.deepEqual(definition(kind, group).cells(object, nowMs), cells));
  }

  for (const [kind, group, shown, wide] of headings) {
    test(`${kind} has the columns of a real server`, () => {
      const columns = definition(kind, group).columns;
      const text = (least: number) =>
        columns
          .filter(({ priority }) => priority === least)
          .map(({ name }) => name.toUpperCase())
          .join(' ');
      assert.deepEqual([text(0), text(1)], [shown, wide]);
    });
  }

  for (const entry of builtinDefinitions) {
    test(`${entry.group}/${entry.kind} fills a cell per column, also for an empty object`, () => {
      assert.equal(entry.cells({}, nowMs).length, entry.columns.length);
    });
  }
});
