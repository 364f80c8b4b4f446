import type { ObjectMeta } from './object-meta.ts';

/**
 * Whether two versions of an object say the same to those who read its spec and labels: a status that changes leaves
 * the generation as it is. Kinds without a generation never say so.
 */
export function unchangedSpec(one: ObjectMeta, other: ObjectMeta): boolean {
  return one.generation !== 0 && one.generation === other.generation && unchangedLabels(one, other);
}

export function unchangedLabels(one: ObjectMeta, other: ObjectMeta): boolean {
  const names = Object.keys(one.labels);
  return (
    names.length === Object.keys(other.labels).length && names.every((name) => one.labels[name] === other.labels[name])
  );
}
