import { asObject, type JsonObject, readBoolean, readObject } from '../../shared/api/json.ts';
import { type ObjectMeta, parseMeta } from '../../shared/api/object-meta.ts';
import type { ResourceType } from '../../shared/api/resource-type.ts';
import { ofInstallation, type Permission } from './permissions.ts';

/** The answer to a SubjectAccessReview: asked, and never stored. */
export interface AccessReview {
  readonly meta: ObjectMeta;
  readonly allowed: boolean;
}

export const accessReviewResource: ResourceType<AccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
  parse: (json) => {
    const root = asObject(json);
    return { meta: parseMeta(root), allowed: readBoolean(readObject(root, 'status'), 'allowed') ?? false };
  },
};

/** The user that Pods with this service account are. */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** Asks whether the user may do it. */
export function accessReviewOf(permission: Permission, user: string, installation: string): JsonObject {
  const { verb, group, resource, subresource, name } = permission;
  const namespace = permission.namespace === ofInstallation ? installation : permission.namespace;
  return {
    spec: { user, groups: groupsOf(user), resourceAttributes: { verb, group, resource, subresource, name, namespace } },
  };
}

/** Those that the API server gives to every service account (Kubernetes: Authenticating, "Service account tokens"). */
function groupsOf(user: string): readonly string[] {
  const [, , namespace = ''] = user.split(':');
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
}
