import { boolean, map, string } from '../../schema/schema-terms.ts';
import { builtin, kindSchema } from './definition.ts';

/** Only created, never stored: the answer comes back in status. */
export const selfSubjectAccessReview = builtin({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
  schema: kindSchema('Asks whether one may do something.', {
    spec: map('What is asked.', {
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
    }),
    status: map('The answer.', {
      allowed: boolean('Whether it is allowed.'),
      denied: boolean('Whether it is refused for good.'),
      reason: string('Why.'),
      evaluationError: string('What went wrong in finding out.'),
    }),
  }),
});
