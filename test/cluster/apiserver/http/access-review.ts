import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonMap } from '../resource-definition.ts';
import { mapAt, stringAt, textsAt } from '../schema/json-value.ts';
import type { Store } from '../store/store.ts';
import { sendJson } from './json-response.ts';
import { parseObjectBody, readBody } from './request-body.ts';
import { StatusError } from './status-error.ts';
import { type Action, rolesAllow } from './stored-roles.ts';

/** Who a bearer token stands for. */
export interface TokenUser {
  readonly name: string;
  /** Where they are given, the user is held to the stored roles. */
  readonly groups?: readonly string[];
  /** Verbs and resources refused in access reviews, as `verb resource` with `*` for any; nothing is enforced. */
  readonly denied?: readonly string[];
}

/** Whom the server lets in. Without tokens everybody is. */
export class AccessRules {
  readonly #tokens: ReadonlyMap<string, TokenUser> | undefined;

  constructor(tokens: ReadonlyMap<string, TokenUser> | undefined) {
    this.#tokens = tokens;
  }

  authenticate(authorization: string | undefined): TokenUser {
    if (this.#tokens === undefined) return { name: 'system:anonymous' };
    const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
    const user = this.#tokens.get(token);
    if (user === undefined) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
    return user;
  }

  allows(user: TokenUser, verb: string, resource: string): boolean {
    return !(user.denied ?? []).some((rule) => {
      const [deniedVerb, deniedResource] = rule.split(' ');
      return (deniedVerb === '*' || deniedVerb === verb) && (deniedResource === '*' || deniedResource === resource);
    });
  }
}

/** SelfSubjectAccessReview: asked and answered, never stored. */
export async function answerAccessReview(
  rules: AccessRules,
  user: TokenUser,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await answerReview('SelfSubjectAccessReview', request, response, (review) => {
    const { verb, resource } = actionIn(review);
    return { user: user.name, allowed: rules.allows(user, verb, resource) };
  });
}

/** SubjectAccessReview: by the roles that are stored. Where none are bound, nobody has said who may do what. */
export async function answerReviewOfSubject(
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await answerReview('SubjectAccessReview', request, response, (review) => {
    const user = stringAt(review, ['spec', 'user']);
    const groups = textsAt(review, ['spec', 'groups']);
    return { user, allowed: rolesAllow(store, { user, groups }, actionIn(review)) };
  });
}

async function answerReview(
  kind: string,
  request: IncomingMessage,
  response: ServerResponse,
  decide: (review: JsonMap) => { readonly user: string; readonly allowed: boolean },
): Promise<void> {
  const review: JsonMap = parseObjectBody(await readBody(request));
  const { user, allowed } = decide(review);
  const answer = {
    ...review,
    apiVersion: 'authorization.k8s.io/v1',
    kind,
    metadata: mapAt(review, ['metadata']),
    status: allowed ? { allowed } : { allowed, reason: `denied to ${user}` },
  };
  sendJson(response, 201, JSON.stringify(answer));
}

function actionIn(review: JsonMap): Action {
  const attributes = mapAt(review, ['spec', 'resourceAttributes']);
  const text = (name: string): string => stringAt(attributes, [name]);
  const subresource = text('subresource');
  return {
    verb: text('verb'),
    group: text('group'),
    resource: subresource === '' ? text('resource') : `${text('resource')}/${subresource}`,
    namespace: text('namespace'),
    name: text('name'),
  };
}
