/**
 * One thing wrong with an object, as a Status' `details.causes` carry it. `path` is the field ("spec.addresses[0]"),
 * `message` the text without the path, `type` the cause's reason. Printed whole: `${path}: ${message}`.
 */
export interface FieldError {
  readonly path: string;
  readonly message: string;
  readonly type:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueForbidden';
}

/** Field paths as Kubernetes writes them: dots between names, brackets round anything else. */
export function childPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

export function itemPath(path: string, index: number): string {
  return `${path}[${index}]`;
}

export function keyPath(path: string, key: string): string {
  return `${path}[${key}]`;
}

/** What is wrong with a value, as the API server's OpenAPI validation words it: "PATH in body WHY". */
export function invalidInBody(path: string, value: unknown, why: string): FieldError {
  const shown = typeof value === 'object' && value !== null ? JSON.stringify(value) : quote(value);
  return { path, type: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${path} in body ${why}` };
}

export function quote(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
