import type { ResourceDefinition } from './resource-definition.ts';

/** The kinds that the server serves right now: the built-in ones, and those of the custom resource definitions. */
export class Registry {
  readonly #builtin: readonly ResourceDefinition[];
  // By name of the CustomResourceDefinition: bounded by those that are stored.
  readonly #custom = new Map<string, readonly ResourceDefinition[]>();
  #all: readonly ResourceDefinition[];
  #byPath: ReadonlyMap<string, ResourceDefinition>;

  constructor(builtin: readonly ResourceDefinition[]) {
    this.#builtin = builtin;
    this.#all = builtin;
    this.#byPath = indexed(builtin);
  }

  get definitions(): readonly ResourceDefinition[] {
    return this.#all;
  }

  find(group: string, version: string, plural: string): ResourceDefinition | undefined {
    return this.#byPath.get(pathOf(group, version, plural));
  }

  serve(crdName: string, definitions: readonly ResourceDefinition[]): void {
    this.#custom.set(crdName, definitions);
    this.#rebuild();
  }

  withdraw(crdName: string): void {
    this.#custom.delete(crdName);
    this.#rebuild();
  }

  #rebuild(): void {
    this.#all = [...this.#builtin, ...[...this.#custom.values()].flat()];
    this.#byPath = indexed(this.#all);
  }
}

function indexed(definitions: readonly ResourceDefinition[]): ReadonlyMap<string, ResourceDefinition> {
  return new Map(
    definitions.map((definition) => [pathOf(definition.group, definition.version, definition.plural), definition]),
  );
}

function pathOf(group: string, version: string, plural: string): string {
  return `${group}/${version}/${plural}`;
}

/** The store's collection of a kind. All versions share one; so do the two groups that serve events. */
export function collectionOf(definition: { readonly group: string; readonly plural: string }): string {
  return definition.group === 'events.k8s.io' ? '/events' : `${definition.group}/${definition.plural}`;
}

export function apiVersionOf(definition: { readonly group: string; readonly version: string }): string {
  return definition.group === '' ? definition.version : `${definition.group}/${definition.version}`;
}
