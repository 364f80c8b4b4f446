import type { Schema } from '../../resource-definition.ts';
import { labelSelector } from '../../schema/object-meta.ts';
import {
  anyMap,
  boolean,
  conditions,
  integer,
  intOrString,
  listOf,
  map,
  mapOf,
  string,
  time,
} from '../../schema/schema-terms.ts';

/** Fields that the embedded server only keeps are open maps: nothing here runs a pod. */
const port = map(
  'A port of the container.',
  {
    name: string('Name of the port.'),
    containerPort: integer('Port number.'),
    hostPort: integer('Port on the node.'),
    hostIP: string('Address on the node.'),
    protocol: { ...string('TCP, UDP or SCTP.'), default: 'TCP' },
  },
  ['containerPort'],
);

const environment = map(
  'An environment variable.',
  {
    name: string('Name of the variable.'),
    value: string('Its value.'),
    valueFrom: anyMap('Where its value comes from.'),
  },
  ['name'],
);

const volumeMount = map(
  'Where a volume is mounted.',
  {
    name: string('Name of the volume.'),
    mountPath: string('Path inside the container.'),
    subPath: string('Path inside the volume.'),
    subPathExpr: string('Path inside the volume, with variables.'),
    readOnly: boolean('Whether it may not be written.'),
    recursiveReadOnly: string('Whether mounts below it may not be written, either.'),
    mountPropagation: string('How mounts below it spread.'),
  },
  ['name', 'mountPath'],
);

const container = map(
  'One container of the pod.',
  {
    name: string('Name of the container.'),
    image: string('Image that it runs.'),
    imagePullPolicy: string('Always, Never or IfNotPresent.'),
    command: listOf('Program, instead of the one in the image.', string('A word.')),
    args: listOf('Arguments, instead of those in the image.', string('A word.')),
    workingDir: string('Working directory.'),
    ports: listOf('Ports of the container.', port, { keys: ['containerPort', 'protocol'], mergeKey: 'containerPort' }),
    env: listOf('Environment variables.', environment, { keys: ['name'], mergeKey: 'name' }),
    envFrom: listOf('Sources of environment variables.', anyMap('A source.')),
    resources: map('Resources of the container.', {
      limits: mapOf('Most that it may use.', { 'x-kubernetes-int-or-string': true }),
      requests: mapOf('Least that it needs.', { 'x-kubernetes-int-or-string': true }),
      claims: listOf('Claims that it uses.', anyMap('A claim.'), { keys: ['name'] }),
    }),
    volumeMounts: listOf('Volumes mounted in it.', volumeMount, { keys: ['mountPath'], mergeKey: 'mountPath' }),
    volumeDevices: listOf('Block devices in it.', anyMap('A device.'), {
      keys: ['devicePath'],
      mergeKey: 'devicePath',
    }),
    livenessProbe: anyMap('Restarts the container where it fails.'),
    readinessProbe: anyMap('Takes the pod out of Services where it fails.'),
    startupProbe: anyMap('Holds the other probes back until it passes.'),
    lifecycle: anyMap('What happens after the start and before the end.'),
    securityContext: anyMap('Privileges of the container.'),
    restartPolicy: string('Whether an init container stays.'),
    resizePolicy: listOf('What a change of resources does.', anyMap('A rule.')),
    terminationMessagePath: string('File that holds the last words.'),
    terminationMessagePolicy: string('Where the last words come from.'),
    stdin: boolean('Whether it has a standard input.'),
    stdinOnce: boolean('Whether its standard input closes after the first client.'),
    tty: boolean('Whether it has a terminal.'),
  },
  ['name'],
);

const byName = { keys: ['name'], mergeKey: 'name' } as const;

export const podSpec: Schema = map(
  'What the pod runs, and where.',
  {
    containers: listOf('Containers of the pod.', container, byName),
    initContainers: listOf('Containers that run before the others.', container, byName),
    ephemeralContainers: listOf('Containers added for debugging.', container, byName),
    volumes: listOf('Volumes of the pod.', { ...anyMap('A volume.'), required: ['name'] }, byName),
    nodeName: string('Node that runs the pod.'),
    nodeSelector: mapOf('Labels of the nodes that may run it.', string('Value of the label.')),
    affinity: anyMap('Which nodes and neighbours it prefers.'),
    tolerations: listOf('Taints that it tolerates.', anyMap('A toleration.')),
    topologySpreadConstraints: listOf('How its like are spread.', anyMap('A constraint.'), {
      keys: ['topologyKey', 'whenUnsatisfiable'],
      mergeKey: 'topologyKey',
    }),
    serviceAccountName: string('Identity of the pod.'),
    serviceAccount: string('Older name of serviceAccountName.'),
    automountServiceAccountToken: boolean('Whether it gets a token.'),
    imagePullSecrets: listOf('Secrets for pulling images.', map('A Secret.', { name: string('Its name.') }), byName),
    restartPolicy: string('Always, OnFailure or Never.'),
    terminationGracePeriodSeconds: integer('Seconds that it has to end.', 'int64'),
    activeDeadlineSeconds: integer('Seconds that it may run.', 'int64'),
    dnsPolicy: string('Where it looks names up.'),
    dnsConfig: anyMap('Details of looking names up.'),
    hostNetwork: boolean("Whether it shares the node's network."),
    hostPID: boolean("Whether it sees the node's processes."),
    hostIPC: boolean("Whether it shares the node's IPC."),
    hostUsers: boolean("Whether it shares the node's user namespace."),
    shareProcessNamespace: boolean('Whether its containers see each other.'),
    securityContext: anyMap('Privileges of the pod.'),
    hostname: string('Its host name.'),
    subdomain: string('Domain below that of the cluster.'),
    setHostnameAsFQDN: boolean('Whether the host name is the full one.'),
    hostAliases: listOf('Further lines of /etc/hosts.', anyMap('A line.'), { keys: ['ip'], mergeKey: 'ip' }),
    schedulerName: string('Scheduler that places it.'),
    schedulingGates: listOf('What must go before it is placed.', anyMap('A gate.'), byName),
    priorityClassName: string('Its priority, by name.'),
    priority: integer('Its priority.'),
    preemptionPolicy: string('Whether it drives others out.'),
    readinessGates: listOf('Conditions that count for readiness.', anyMap('A condition.')),
    runtimeClassName: string('Runtime that runs it.'),
    enableServiceLinks: boolean('Whether Services show in its environment.'),
    overhead: mapOf('Resources that running it costs.', { 'x-kubernetes-int-or-string': true }),
    os: anyMap('Operating system that it needs.'),
    resourceClaims: listOf('Claims that must be met.', anyMap('A claim.'), byName),
    resources: anyMap('Resources of the whole pod.'),
  },
  ['containers'],
);

export const podStatus: Schema = map('What has become of the pod.', {
  phase: string('Pending, Running, Succeeded, Failed or Unknown.'),
  conditions: conditions('Current state, aspect by aspect.'),
  message: string('A sentence for people.'),
  reason: string('One word for programs.'),
  hostIP: string('Address of its node.'),
  hostIPs: listOf('Addresses of its node.', anyMap('An address.')),
  podIP: string('Its address.'),
  podIPs: listOf('Its addresses, one per family.', map('An address.', { ip: string('The address.') }), {
    keys: ['ip'],
    mergeKey: 'ip',
  }),
  startTime: time('When its node took it on.'),
  containerStatuses: listOf('State of its containers.', anyMap('State of one.')),
  initContainerStatuses: listOf('State of its init containers.', anyMap('State of one.')),
  ephemeralContainerStatuses: listOf('State of its debugging containers.', anyMap('State of one.')),
  nominatedNodeName: string('Node on which room is being made for it.'),
  qosClass: string('How it fares when the node is short of something.'),
  resize: string('What has become of a change of its resources.'),
  resourceClaimStatuses: listOf('State of its claims.', anyMap('State of one.'), byName),
});

/** A pod inside a workload. */
export function podTemplate(objectMeta: Schema): Schema {
  return map('The pods to run.', { metadata: objectMeta, spec: podSpec });
}

export const workloadSelector: Schema = { ...labelSelector, description: 'Selects the pods that belong to it.' };

export const surge: Schema = map('How pods are replaced.', {
  type: string('RollingUpdate, Recreate or OnDelete.'),
  rollingUpdate: map('Details of a rolling update.', {
    maxSurge: intOrString('How many pods there may be too many.'),
    maxUnavailable: intOrString('How many pods there may be too few.'),
  }),
});
