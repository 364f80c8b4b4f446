import type { Unreadable } from '../cluster.ts';
import { customResourceNames } from './checks/custom-resources.ts';
import type { Examination } from './examination.ts';

/** Kinds that could not be read, each once. */
export function unreadableKinds({ cluster, facts }: Examination): readonly Unreadable[] {
  const all = [...cluster.unreadable, ...facts.unreadable];
  return all.filter(({ resource }, index) => all.findIndex((one) => one.resource === resource) === index);
}

/** A kind of ours that the API server does not have: the check of definitions tells of it. */
export function isUndefined({ resource }: Unreadable, { facts }: Examination): boolean {
  const name = `${resource}.metallb.io`;
  return customResourceNames.includes(name) && !facts.customResources.some(({ meta }) => meta.name === name);
}
