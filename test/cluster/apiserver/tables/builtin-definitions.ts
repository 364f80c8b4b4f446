import type { ResourceDefinition } from '../resource-definition.ts';
import { customResourceDefinition } from './builtin/custom-resource-definition.ts';
import { endpointSlice, endpoints } from './builtin/endpoints.ts';
import { coreEvent, event } from './builtin/event.ts';
import { lease } from './builtin/lease.ts';
import { node } from './builtin/node.ts';
import { plainCore } from './builtin/plain-core.ts';
import { pod } from './builtin/pod.ts';
import { rbac } from './builtin/rbac.ts';
import { selfSubjectAccessReview } from './builtin/self-subject-access-review.ts';
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
  ...rbac,
  customResourceDefinition,
  selfSubjectAccessReview,
];
