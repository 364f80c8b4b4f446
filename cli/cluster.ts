import type { ConfigMap } from '../shared/api/config-map.ts';
import type { ConfigurationState } from '../shared/api/configuration-state.ts';
import type { EndpointSlice } from '../shared/api/endpoint-slice.ts';
import type { IPAddressPool } from '../shared/api/ip-address-pool.ts';
import type { L2Advertisement } from '../shared/api/l2-advertisement.ts';
import type { Lease } from '../shared/api/lease.ts';
import type { Namespace } from '../shared/api/namespace.ts';
import type { Node } from '../shared/api/node.ts';
import type { Service } from '../shared/api/service.ts';
import type { ServiceL2Status } from '../shared/api/service-l2-status.ts';
import type { Installation } from './installation.ts';

/** A kind that could not be read; its list in the `Cluster` is empty. */
export interface Unreadable {
  /** As `kubectl get` names it: `leases`, `ipaddresspools`. */
  readonly resource: string;
  readonly why: string;
}

/** Why a kind could not be read of which there is nothing, then. */
export const unknownKind = 'the API server does not know this kind';

/** What all commands work on: the API server's objects at one time, those of the other namespaces included. */
export interface Cluster {
  /** Of the installation. */
  readonly namespace: string;
  /** Unix ms, by the API server's clock. */
  readonly nowMs: number;
  readonly installation: Installation;
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly nodes: readonly Node[];
  readonly namespaces: readonly Namespace[];
  /** Of all namespaces: those in others never serve. */
  readonly pools: readonly IPAddressPool[];
  readonly advertisements: readonly L2Advertisement[];
  /** In the form of MetalLB v0.12. */
  readonly configMap: ConfigMap | undefined;
  /** Those of speakers. */
  readonly leases: readonly Lease[];
  readonly l2Statuses: readonly ServiceL2Status[];
  readonly configurationStates: readonly ConfigurationState[];
  readonly unreadable: readonly Unreadable[];
}
