/** RFC 1123 subdomain, as Kubernetes wants names of objects. */
const objectName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const maxLength = 253;

/**
 * A name that Kubernetes takes for each name that stood in the ConfigMap, which takes any text. A name that may stay
 * does; two never become one.
 */
export function objectNames(names: readonly string[], fallback: string): ReadonlyMap<string, string> {
  const map = new Map(names.filter(isObjectName).map((name) => [name, name]));
  const taken = new Set(map.values());
  for (const name of names) {
    if (map.has(name)) continue;
    const base = plainName(name) || fallback;
    let chosen = base;
    for (let number = 2; taken.has(chosen); number++) chosen = `${base}-${number}`;
    map.set(name, chosen);
    taken.add(chosen);
  }
  return map;
}

function isObjectName(name: string): boolean {
  return name.length <= maxLength && objectName.test(name);
}

/** Room is left for a number behind it. */
function plainName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return plain.slice(0, maxLength - 10).replace(/^-+|-+$/g, '');
}
