import type { ConfigMap } from '../../shared/api/config-map.ts';
import { type ApiObject, keyOf, type ObjectKey, type ObjectMeta } from '../../shared/api/object-meta.ts';
import type { ConfigInputs } from '../../shared/config/build-config.ts';
import type { Manifests } from './manifests.ts';

/** Whether the objects are applied, or those of their kinds and names deleted. */
export type PlannedVerb = 'apply' | 'delete';

/** What the configuration would be read from once that was done. */
export function changedInputs(
  inputs: ConfigInputs,
  manifests: Manifests,
  verb: PlannedVerb,
  nowMs: number,
): ConfigInputs {
  const changed = <T extends ApiObject>(objects: Iterable<T>, planned: readonly T[]): readonly T[] =>
    verb === 'apply' ? applied([...objects], planned, nowMs) : without([...objects], planned);
  return {
    ...inputs,
    pools: changed(inputs.pools, manifests.pools),
    advertisements: changed(inputs.advertisements, manifests.advertisements),
    configMap: changedConfigMap(inputs, manifests, verb),
  };
}

function changedConfigMap(
  { configMap }: ConfigInputs,
  { configMaps }: Manifests,
  verb: PlannedVerb,
): ConfigMap | undefined {
  const [planned] = configMaps;
  if (planned === undefined) return configMap;
  if (verb === 'apply') return planned;
  return configMap !== undefined && keyOf(configMap.meta) === keyOf(planned.meta) ? undefined : configMap;
}

/** What exists keeps its age, by which it is decided which of two overlapping pools serves; what is new is of now. */
function applied<T extends ApiObject>(objects: readonly T[], planned: readonly T[], nowMs: number): readonly T[] {
  const known = new Map(objects.map((object) => [keyOf(object.meta), object.meta]));
  const createdMs = Math.floor(nowMs / 1000) * 1000;
  const dated = planned.map((object): T => ({ ...object, meta: metaOf(object.meta, known, createdMs) }));
  return [...without(objects, planned), ...dated];
}

function metaOf(meta: ObjectMeta, known: ReadonlyMap<ObjectKey, ObjectMeta>, createdMs: number): ObjectMeta {
  const before = known.get(keyOf(meta));
  return before === undefined ? { ...meta, createdMs } : { ...before, labels: meta.labels };
}

function without<T extends ApiObject>(objects: readonly T[], planned: readonly T[]): readonly T[] {
  const keys = new Set(planned.map(({ meta }) => keyOf(meta)));
  return objects.filter(({ meta }) => !keys.has(keyOf(meta)));
}
