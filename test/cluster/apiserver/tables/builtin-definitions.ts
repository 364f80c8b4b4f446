import type { ResourceDefinition } from '../resource-definition.ts';
import { accessReviews } from './builtin/access-reviews.ts';
import { customResourceDefinition } from './builtin/custom-resource-definition.ts';
import { endpointSlice, endpoints } from './builtin/endpoints.ts';
import { coreEvent, event } from './builtin/event.ts';
import { lease } from './builtin/lease.ts';
import { node } from './builtin/node.ts';
import { plainCore } from './builtin/plain-core.ts';
import { pod } from './builtin/pod.ts';
import { policies } from './builtin/policies.ts';
import { rbac } from './builtin/rbac.ts';
import { service } from './builtin/service.ts';
import { workloads } from './builtin/workloads.ts';

/** Every kind that the embedded server knows without a CRD. */
export const builtinDefinitions: readonly ResourceDefinition[] = [
  service,
  node,
  ...plainCore,
  coreEvent,
  endpoints,
  pod,
  endpointSlice,
  lease,
  event,
  ...workloads,
  ...policies,
  ...rbac,
  customResourceDefinition,
  ...accessReviews,
];
