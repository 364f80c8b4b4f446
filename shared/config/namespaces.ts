import type { ApiObject } from '../api/object-meta.ts';
import { compareText, findingOf } from './finding-text.ts';
import type { Finding } from './model.ts';

/** Those of the installation, by name, so that nothing depends on the order in which the API server lists. */
export function ownObjects<T extends ApiObject>(objects: readonly T[], namespace: string): readonly T[] {
  return objects
    .filter(({ meta }) => meta.namespace === namespace)
    .toSorted((a, b) => compareText(a.meta.name, b.meta.name));
}

/** Those that never serve, by namespace and name. */
export function foreignObjects<T extends ApiObject>(objects: readonly T[], namespace: string): readonly T[] {
  return objects
    .filter(({ meta }) => meta.namespace !== namespace)
    .toSorted((a, b) => compareText(a.meta.namespace, b.meta.namespace) || compareText(a.meta.name, b.meta.name));
}

export function foreignFindings(kind: string, objects: readonly ApiObject[], namespace: string): readonly Finding[] {
  return foreignObjects(objects, namespace).map(({ meta }) => {
    const text = `"${meta.namespace}" is not the namespace of the installation: this object never serves; move it to "${namespace}"`;
    const object = { kind, namespace: meta.namespace, name: meta.name };
    return findingOf(object, { severity: 'notice', path: 'metadata.namespace', text });
  });
}
