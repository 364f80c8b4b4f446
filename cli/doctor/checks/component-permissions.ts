import { type Check, someOf } from '../check.ts';

/** Checks what the service accounts of the components may do, as the API server says it. */
export const componentPermissionsCheck: Check = {
  name: 'component-permissions',
  about: 'the service accounts of the controller and the speakers may do what they need',
  needs: ['subjectaccessreviews'],
  find: ({ facts }) => {
    const users = new Map(facts.refused.map(({ user }) => [user, facts.refused.filter((one) => one.user === user)]));
    return [...users].map(([user, refused]) => {
      const what = refused.map(({ verb, resource, subresource, name }) => {
        const path = subresource === '' ? resource : `${resource}/${subresource}`;
        return `${verb} ${path}${name === '' ? '' : ` ${name}`}`;
      });
      return {
        severity: 'fail',
        message: `${user} may not ${someOf(what)}`,
        remedy: 'helm upgrade with the chart, whose Roles grant it; or look for who changed them',
        objects: [`ServiceAccount ${user.split(':').slice(2).join('/')}`],
      };
    });
  },
};
