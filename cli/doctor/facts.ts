import type { Workload } from '../../shared/api/workload.ts';
import type { KubeProxyConfig } from '../../shared/config/kube-proxy-config.ts';
import type { Unreadable } from '../cluster.ts';
import type { CustomResource } from './custom-resource.ts';
import type { Permission } from './permissions.ts';
import type { RecentEvent } from './recent-event.ts';
import type { WrittenLease } from './written-lease.ts';

/** What `doctor` looks at beside the `Cluster`. What could not be read is named in `unreadable`, and empty here. */
export interface DoctorFacts {
  /** The definitions of the group metallb.io. */
  readonly customResources: readonly CustomResource[];
  /** All Leases of the installation's namespace. */
  readonly leases: readonly WrittenLease[];
  /** Warnings about conflicts. */
  readonly events: readonly RecentEvent[];
  /** All of the cluster. */
  readonly deployments: readonly Workload[];
  readonly daemonSets: readonly Workload[];
  /** kubeadm's; undefined where there is none. */
  readonly kubeProxy: KubeProxyConfig | undefined;
  /** Of the components, those that were refused. */
  readonly refused: readonly RefusedPermission[];
  readonly unreadable: readonly Unreadable[];
}

export interface RefusedPermission extends Permission {
  /** `system:serviceaccount:…`. */
  readonly user: string;
}
