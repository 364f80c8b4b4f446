/** Something that a component does with the API server. */
export interface Permission {
  readonly component: 'controller' | 'speaker';
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** '' for the kind itself. */
  readonly subresource: string;
  /** '' for all names. */
  readonly name: string;
  /** `installation`: in its namespace; '' in all of them; else the name of one. */
  readonly namespace: string;
}

/** In place of the name of the installation's namespace. */
export const ofInstallation = 'installation';

type Rule = readonly [group: string, resources: string, verbs: string, name?: string];

const everywhere = {
  controller: [
    ['', 'services namespaces nodes', 'list watch'],
    ['', 'services/status nodes/status', 'patch'],
    ['', 'events', 'create patch'],
    ['metallb.io', 'ipaddresspools l2advertisements bgppeers bgpadvertisements bfdprofiles communities', 'list watch'],
  ],
  speaker: [
    ['', 'services nodes', 'list watch'],
    ['', 'services/status', 'patch'],
    ['discovery.k8s.io', 'endpointslices', 'list watch'],
    ['', 'events', 'create patch'],
  ],
} as const satisfies Record<Permission['component'], readonly Rule[]>;

const inInstallation = {
  controller: [
    ['', 'configmaps', 'list watch'],
    ['', 'secrets', 'list watch create'],
    ['', 'secrets', 'patch', 'herald-pulse-key'],
    ['coordination.k8s.io', 'leases', 'get list watch create update'],
    ['metallb.io', 'configurationstates', 'get create'],
    ['metallb.io', 'ipaddresspools/status configurationstates/status', 'patch'],
  ],
  speaker: [
    ['', 'configmaps', 'list watch'],
    ['', 'secrets', 'list watch', 'herald-pulse-key'],
    ['coordination.k8s.io', 'leases', 'get list watch create patch delete'],
    ['metallb.io', 'ipaddresspools l2advertisements', 'list watch'],
    ['metallb.io', 'servicel2statuses', 'list watch create patch delete'],
    ['metallb.io', 'configurationstates', 'get create'],
    ['metallb.io', 'servicel2statuses/status configurationstates/status', 'patch'],
  ],
} as const satisfies Record<Permission['component'], readonly Rule[]>;

const kubeProxy: Rule = ['', 'configmaps', 'get', 'kube-proxy'];

/** All that the components need, as the chart grants it. */
export function neededPermissions(): readonly Permission[] {
  const components = ['controller', 'speaker'] as const;
  const needed = components.flatMap((component) => [
    ...everywhere[component].flatMap((rule) => permissions(component, '', rule)),
    ...inInstallation[component].flatMap((rule) => permissions(component, ofInstallation, rule)),
  ]);
  return [...needed, ...permissions('controller', 'kube-system', kubeProxy)];
}

function permissions(
  component: Permission['component'],
  namespace: string,
  [group, resources, verbs, name = '']: Rule,
): readonly Permission[] {
  return resources.split(' ').flatMap((path) => {
    const [resource = '', subresource = ''] = path.split('/');
    return verbs.split(' ').map((verb) => ({ component, verb, group, resource, subresource, name, namespace }));
  });
}
