import type { ResourceDefinition } from '../resource-definition.ts';

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;

/** Kinds that are a question and an answer are only created; the others take everything. */
export function verbsOf(definition: ResourceDefinition): readonly string[] {
  return definition.group === 'authorization.k8s.io' ? ['create'] : allVerbs;
}

export const statusVerbs: readonly string[] = ['get', 'patch', 'update'];
