import { collectionOf } from '../registry.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import type { Store } from '../store/store.ts';
import type { TokenUser } from './access-review.ts';
import type { ResourceRequest } from './resource-request.ts';
import { StatusError } from './status-error.ts';
import { type Action, rolesAllow } from './stored-roles.ts';

/** No part of Kubernetes: where tests read what was allowed so far. */
export const authorizationPath = '/herald/authorization';

export interface Allowed extends Action {
  readonly user: string;
}

/** The group that Kubernetes itself lets do everything. */
const administrators = 'system:masters';

/** Holds users to the stored roles, once there are any (Kubernetes: "Using RBAC Authorization"). */
export class Authorization {
  readonly #store: Store;
  /** By user and action. BOUNDED by the tests' users and what they ask for; emptied when roles change. */
  readonly #decisions = new Map<string, boolean>();
  /** BOUNDED as the decisions are. */
  readonly #allowed = new Map<string, Allowed>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** What roles allowed so far, each once. */
  get allowed(): readonly Allowed[] {
    return [...this.#allowed.values()];
  }

  /** Throws 403 where no role allows it. */
  require(user: TokenUser, request: ResourceRequest): void {
    if (user.groups === undefined || user.groups.includes(administrators)) return;
    const action = actionOf(request);
    // Most rules speak of all names: one decision for all of them.
    if (this.#decide(user, { ...action, name: '' }) || this.#decide(user, action)) return;
    throw forbidden(user.name, action);
  }

  changed(definition: ResourceDefinition): void {
    if (collectionOf(definition).startsWith('rbac.authorization.k8s.io/')) this.#decisions.clear();
  }

  #decide({ name: user, groups = [] }: TokenUser, action: Action): boolean {
    const key = JSON.stringify([user, action]);
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    const decision = rolesAllow(this.#store, { user, groups }, action);
    this.#decisions.set(key, decision);
    if (decision) this.#allowed.set(key, { user, ...action });
    return decision;
  }
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb */
function actionOf({ definition, path, query, request }: ResourceRequest): Action {
  const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };
  const reads = query.get('watch') === 'true' || query.get('watch') === '1' ? 'watch' : 'list';
  const ofCollection = path.name === '';
  const method = request.method ?? 'GET';
  const verb = verbs[method] ?? (method === 'DELETE' ? 'delete' : 'get');
  return {
    verb: !ofCollection || method === 'POST' ? verb : method === 'DELETE' ? 'deletecollection' : reads,
    group: definition.group,
    resource: path.subresource === '' ? path.plural : `${path.plural}/${path.subresource}`,
    namespace: path.plural === 'namespaces' && definition.group === '' ? path.name : path.namespace,
    // A list of one name is a question for that name.
    name: path.name || (/^metadata\.name=([^,]+)$/.exec(query.get('fieldSelector') ?? '')?.[1] ?? ''),
  };
}

function forbidden(user: string, { verb, group, resource, namespace, name }: Action): StatusError {
  const what = name === '' ? resource : `${resource} "${name}"`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const why = `User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  return new StatusError(403, 'Forbidden', `${what} is forbidden: ${why}`);
}
