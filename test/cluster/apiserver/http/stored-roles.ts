import type { JsonMap } from '../resource-definition.ts';
import { mapAt, mapsAt, stringAt, textsAt } from '../schema/json-value.ts';
import type { Store } from '../store/store.ts';

export interface Subject {
  readonly user: string;
  readonly groups: readonly string[];
}

export interface Action {
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `services/status`. */
  readonly resource: string;
  /** '' for all of them. */
  readonly namespace: string;
  /** '' for all of them. */
  readonly name: string;
}

const rbac = 'rbac.authorization.k8s.io';

/** Whether a stored role allows it (Kubernetes: "Using RBAC Authorization"); anything is, where no role is bound. */
export function rolesAllow(store: Store, subject: Subject, action: Action): boolean {
  const clusterWide = objectsOf(store, 'clusterrolebindings');
  const inNamespaces = objectsOf(store, 'rolebindings');
  if (clusterWide.length + inNamespaces.length === 0) return true;
  const here = inNamespaces.filter((binding) => namespaceOf(binding) === action.namespace && action.namespace !== '');
  return [...clusterWide, ...here]
    .filter((binding) => mapsAt(binding, ['subjects']).some((one) => isSubject(one, subject, namespaceOf(binding))))
    .some((binding) => rulesOf(store, binding).some((rule) => ruleAllows(rule, action)));
}

function objectsOf(store: Store, plural: string): readonly JsonMap[] {
  return store
    .collection(`${rbac}/${plural}`)
    .sorted()
    .map(({ json }) => json);
}

function namespaceOf(object: JsonMap): string {
  return stringAt(object, ['metadata', 'namespace']);
}

function isSubject(named: JsonMap, { user, groups }: Subject, namespace: string): boolean {
  const name = stringAt(named, ['name']);
  switch (named['kind']) {
    case 'User':
      return name === user;
    case 'Group':
      return groups.includes(name);
    case 'ServiceAccount':
      return user === `system:serviceaccount:${stringAt(named, ['namespace']) || namespace}:${name}`;
    default:
      return false;
  }
}

function rulesOf(store: Store, binding: JsonMap): readonly JsonMap[] {
  const reference = mapAt(binding, ['roleRef']);
  const ofCluster = reference['kind'] === 'ClusterRole';
  const roles = store.collection(`${rbac}/${ofCluster ? 'clusterroles' : 'roles'}`);
  const role = roles.get(ofCluster ? '' : namespaceOf(binding), stringAt(reference, ['name']));
  return mapsAt(role?.json, ['rules']);
}

function ruleAllows(rule: JsonMap, { verb, group, resource, name }: Action): boolean {
  const has = (list: string, value: string): boolean =>
    textsAt(rule, [list]).some((entry) => entry === '*' || entry === value);
  const names = textsAt(rule, ['resourceNames']);
  return (
    has('verbs', verb) &&
    has('apiGroups', group) &&
    has('resources', resource) &&
    (names.length === 0 || names.includes(name))
  );
}
