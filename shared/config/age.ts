import type { ApiObject, ObjectMeta } from '../api/object-meta.ts';
import { compareText } from './finding-text.ts';

/** The older object first; of two of one second, the one whose name comes first. */
export function compareAge(
  a: { readonly resource: { readonly meta: ObjectMeta } },
  b: { readonly resource: { readonly meta: ObjectMeta } },
): number {
  const [one, other] = [a.resource.meta, b.resource.meta];
  return one.createdMs - other.createdMs || compareText(one.name, other.name);
}

/** When the oldest of them was created, in Unix ms; undefined where there is none. */
export function oldestOf(objects: readonly ApiObject[]): number | undefined {
  return objects.length === 0 ? undefined : Math.min(...objects.map(({ meta }) => meta.createdMs));
}
