import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonMap } from '../resource-definition.ts';
import { mapAt, stringAt } from '../schema/json-value.ts';
import { sendJson } from './json-response.ts';
import { parseObjectBody, readBody } from './request-body.ts';
import { StatusError } from './status-error.ts';

/** Who a bearer token stands for. */
export interface TokenUser {
  readonly name: string;
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
  const review: JsonMap = parseObjectBody(await readBody(request));
  const attributes = mapAt(review, ['spec', 'resourceAttributes']);
  const allowed = rules.allows(user, stringAt(attributes, ['verb']), stringAt(attributes, ['resource']));
  const answer = {
    ...review,
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: mapAt(review, ['metadata']),
    status: allowed ? { allowed } : { allowed, reason: `denied to ${user.name}` },
  };
  sendJson(response, 201, JSON.stringify(answer));
}
