import type { JsonObject } from '../../../shared/api/json.ts';

/** JSON that the server may change: it owns its copies. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonMap = { [key: string]: Json };

/** An OpenAPI v3 schema with Kubernetes' extensions, as in a CRD's `openAPIV3Schema`. */
export type Schema = JsonObject;

/** One column of a server-side table (meta.k8s.io/v1 Table). */
export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format: string;
  readonly description: string;
  /** 0 is always shown; above it only with `-o wide`. */
  readonly priority: number;
}

/** One kind that the server serves, built in or from a CRD. */
export interface ResourceDefinition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly statusSubresource: boolean;
  /** Whole-object schema: what /openapi publishes, what strategic merge reads its merge keys from, what CRs are validated by. */
  readonly schema: Schema;
  /** True for CRDs: validate, default and prune by `schema`. */
  readonly structural: boolean;
  readonly columns: readonly TableColumn[];
  /** One cell per column, for the table that kubectl prints. */
  readonly cells: (object: JsonMap, nowMs: number) => Json[];
}
