import { asObject, type JsonObject, readObject, readString, readStringMap } from '../../shared/api/json.ts';

/** Whether the fake API server shows an object to a list or watch. Label selectors: `k=v` terms; fields: any path. */
export function isSelected(
  object: JsonObject,
  options: { readonly namespace: string; readonly labelSelector?: string; readonly fieldSelector?: string },
): boolean {
  const metadata = readObject(object, 'metadata');
  if (options.namespace !== '' && readString(metadata, 'namespace') !== options.namespace) return false;
  const labels = readStringMap(metadata, 'labels');
  return (
    terms(options.labelSelector).every(([key, value]) => labels[key] === value) &&
    terms(options.fieldSelector).every(([path, value]) => fieldOf(object, path) === value)
  );
}

function terms(selector: string | undefined): [string, string][] {
  if (selector === undefined || selector === '') return [];
  return selector.split(',').map((term) => {
    const [key = '', value = ''] = term.split(/==?/);
    return [key, value];
  });
}

function fieldOf(object: JsonObject, path: string): string {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const owner = keys.reduce<JsonObject>((inner, key) => asObject(inner[key]), object);
  return String(owner[last] ?? '');
}
