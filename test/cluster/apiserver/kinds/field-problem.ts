import { type FieldError, quote } from '../schema/field-error.ts';

/** Problems with fields in the words of Kubernetes' own validation (k8s.io/apimachinery, package field). */

export function required(path: string, why: string): FieldError {
  return { path, type: 'FieldValueRequired', message: why === '' ? 'Required value' : `Required value: ${why}` };
}

export function invalidValue(path: string, value: unknown, why: string): FieldError {
  return { path, type: 'FieldValueInvalid', message: `Invalid value: ${quote(value)}: ${why}` };
}

export function notSupported(path: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.map(quote).join(', ');
  return {
    path,
    type: 'FieldValueNotSupported',
    message: `Unsupported value: ${quote(value)}: supported values: ${list}`,
  };
}

export function duplicate(path: string, value: unknown): FieldError {
  return { path, type: 'FieldValueDuplicate', message: `Duplicate value: ${quote(value)}` };
}

export function forbiddenField(path: string, why: string): FieldError {
  return { path, type: 'FieldValueForbidden', message: `Forbidden: ${why}` };
}
