import type { JsonMap } from '../../resource-definition.ts';
import { mapAt, mapsAt, stringAt, valueAt } from '../../schema/json-value.ts';
import { boolean, conditions, integer, listOf, map, mapOf, string, time } from '../../schema/schema-terms.ts';
import { ageOf, nameOf, orNone } from '../cell-text.ts';
import { ageColumn, column, nameColumn } from '../column.ts';
import { builtin, kindSchema } from './definition.ts';

const taint = map(
  'Keeps pods away that do not tolerate it.',
  {
    key: string('Key of the taint.'),
    value: string('Value of the taint.'),
    effect: string('NoSchedule, PreferNoSchedule or NoExecute.'),
    timeAdded: time('When the taint was added.'),
  },
  ['key', 'effect'],
);

const quantities = (description: string) => mapOf(description, string('A quantity.'));

const schema = kindSchema('A machine of the cluster.', {
  spec: map('How the node should behave.', {
    podCIDR: string('Network of its pods.'),
    podCIDRs: listOf('Networks of its pods, one per family.', string('A CIDR.'), { set: true }),
    providerID: string('Identity with the cloud provider.'),
    unschedulable: boolean('Whether new pods stay away (cordoned).'),
    taints: listOf('Taints of the node.', taint),
    externalID: string('No longer used.'),
  }),
  status: map('What the node reports.', {
    addresses: listOf(
      'Addresses of the node.',
      map('One address.', { type: string('InternalIP, ExternalIP or Hostname.'), address: string('The address.') }),
      { keys: ['type'], mergeKey: 'type' },
    ),
    conditions: conditions('Current state, aspect by aspect.'),
    capacity: quantities('All resources of the node.'),
    allocatable: quantities('Resources left for pods.'),
    phase: string('No longer used.'),
    daemonEndpoints: map('Ports of the daemons on the node.', {
      kubeletEndpoint: map('The kubelet.', { Port: integer('Its port.') }),
    }),
    nodeInfo: map('Identity and versions.', {
      architecture: string('Processor architecture.'),
      bootID: string('Identity of the current boot.'),
      containerRuntimeVersion: string('Container runtime and its version.'),
      kernelVersion: string('Version of the kernel.'),
      kubeProxyVersion: string('No longer filled in.'),
      kubeletVersion: string('Version of the kubelet.'),
      machineID: string('Identity of the machine.'),
      operatingSystem: string('Operating system.'),
      osImage: string('Name of the operating system image.'),
      systemUUID: string('Identity from the firmware.'),
    }),
    images: listOf(
      'Images on the node.',
      map('One image.', {
        names: listOf('Its names.', string('A name.')),
        sizeBytes: integer('Its size in bytes.', 'int64'),
      }),
    ),
    volumesInUse: listOf('Volumes in use.', string('A volume.')),
  }),
});

function statusText(node: JsonMap): string {
  const ready = mapsAt(node, ['status', 'conditions']).find((condition) => condition['type'] === 'Ready');
  const text = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return valueAt(node, ['spec', 'unschedulable']) === true ? `${text},SchedulingDisabled` : text;
}

function roles(node: JsonMap): string {
  const prefix = 'node-role.kubernetes.io/';
  const found = new Set<string>();
  for (const [key, value] of Object.entries(mapAt(node, ['metadata', 'labels']))) {
    if (key.startsWith(prefix) && key.length > prefix.length) found.add(key.slice(prefix.length));
    else if (key === 'kubernetes.io/role' && typeof value === 'string' && value !== '') found.add(value);
  }
  return orNone([...found].sort().join(','));
}

function address(node: JsonMap, type: string): string {
  const entry = mapsAt(node, ['status', 'addresses']).find((candidate) => candidate['type'] === type);
  return orNone(stringAt(entry, ['address']));
}

function nodeInfo(node: JsonMap, name: string): string {
  return stringAt(node, ['status', 'nodeInfo', name]);
}

export const node = builtin({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  statusSubresource: true,
  schema,
  columns: [
    nameColumn,
    column('Status', { description: 'Whether the node is ready and takes pods.' }),
    column('Roles', { description: 'Roles, by label.' }),
    ageColumn,
    column('Version', { description: 'Version of the kubelet.' }),
    column('Internal-IP', { wide: true, description: 'Address inside the cluster.' }),
    column('External-IP', { wide: true, description: 'Address for the outside.' }),
    column('OS-Image', { wide: true, description: 'Operating system image.' }),
    column('Kernel-Version', { wide: true, description: 'Version of the kernel.' }),
    column('Container-Runtime', { wide: true, description: 'Container runtime and its version.' }),
  ],
  cells: (object, nowMs) => [
    nameOf(object),
    statusText(object),
    roles(object),
    ageOf(object, nowMs),
    nodeInfo(object, 'kubeletVersion'),
    address(object, 'InternalIP'),
    address(object, 'ExternalIP'),
    nodeInfo(object, 'osImage') || '<unknown>',
    nodeInfo(object, 'kernelVersion') || '<unknown>',
    nodeInfo(object, 'containerRuntimeVersion') || '<unknown>',
  ],
});
