import type { ResourceDefinition } from '../../resource-definition.ts';
import { boolean, listOf, map, string } from '../../schema/schema-terms.ts';
import { builtin, kindSchema } from './definition.ts';

const asked = {
  resourceAttributes: map('An action on objects.', {
    namespace: string('Namespace; empty for all.'),
    verb: string('What would be done.'),
    group: string('API group.'),
    version: string('API version.'),
    resource: string('Kind, in the plural.'),
    subresource: string('Part with a path of its own.'),
    name: string('Name of the object; empty for all.'),
  }),
  nonResourceAttributes: map('An action on a path.', {
    path: string('The path.'),
    verb: string('What would be done.'),
  }),
};

const status = map('The answer.', {
  allowed: boolean('Whether it is allowed.'),
  denied: boolean('Whether it is refused for good.'),
  reason: string('Why.'),
  evaluationError: string('What went wrong in finding out.'),
});

const base = { group: 'authorization.k8s.io', version: 'v1', namespaced: false } as const;

/** Only created, never stored: the answer comes back in status. */
export const accessReviews: readonly ResourceDefinition[] = [
  builtin({
    ...base,
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    schema: kindSchema('Asks whether one may do something.', { spec: map('What is asked.', asked), status }),
  }),
  builtin({
    ...base,
    kind: 'SubjectAccessReview',
    plural: 'subjectaccessreviews',
    schema: kindSchema('Asks whether somebody may do something.', {
      spec: map('What is asked.', {
        ...asked,
        user: string('Who would do it.'),
        groups: listOf('Groups of the user.', string('A group.')),
      }),
      status,
    }),
  }),
];
