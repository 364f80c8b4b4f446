const number = /^\d+$/;

/**
 * Whether one version of a kind's objects is not later than another. Versions that are numbers may be compared, within
 * one kind (Kubernetes' "API Concepts", "Resource versions"); of others only equal ones are known to be so.
 */
export function isOlderOrSame(one: string, other: string): boolean {
  if (one === other) return true;
  return number.test(one) && number.test(other) && BigInt(one) < BigInt(other);
}
