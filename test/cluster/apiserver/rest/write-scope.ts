import type { ResourceDefinition } from '../resource-definition.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** One write request, without its object. */
export interface WriteScope {
  readonly definition: ResourceDefinition;
  /** '' for cluster-scoped kinds. */
  readonly namespace: string;
  readonly subresource: '' | 'status';
  /** Everything is done but the storing. */
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  /** Who owns the fields that are written (metadata.managedFields). */
  readonly manager: string;
  /** A server-side apply, which keeps the managed fields itself. */
  readonly apply: boolean;
  readonly nowMs: number;
  /** Texts for `Warning` headers; the write adds to them. */
  readonly warnings: string[];
}
