import { type Check, someOf } from '../check.ts';
import { isUndefined, unreadableKinds } from '../unreadable.ts';

/** Tells once which of the other checks this user can't have made. */
export function accessCheckFor(others: readonly Check[]): Check {
  return {
    name: 'access',
    about: 'this user may read what the checks look at',
    needs: [],
    find: (examination) => {
      const forbidden = unreadableKinds(examination).filter((one) => !isUndefined(one, examination));
      if (forbidden.length === 0) return [];
      const kinds = forbidden.map(({ resource }) => resource);
      const unmade = others.filter(({ needs }) => needs.some((need) => kinds.includes(need))).map(({ name }) => name);
      return [
        {
          severity: 'warn',
          message: `cannot check ${unmade.join(', ')}: ${someOf(kinds)} can not be read (${forbidden[0]?.why})`,
          remedy: 'run it as a user who may read them: kubectl auth can-i list KIND --all-namespaces',
          objects: kinds,
        },
      ];
    },
  };
}
