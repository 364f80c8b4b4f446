import { isIP } from 'node:net';
import type { JsonMap } from '../../resource-definition.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { jsonEqual, listAt, mapAt, stringAt } from '../../schema/json-value.ts';
import { invalidValue } from '../field-problem.ts';
import { type Family, familyOf } from './address-block.ts';

/**
 * Decides `ipFamilyPolicy`, `ipFamilies` and which `clusterIPs` stay (Kubernetes: "IPv4/IPv6 dual-stack", Services).
 * Changes `spec`, which the caller owns; the problems found mean that it can't be served.
 */
export function settleFamilies(
  spec: JsonMap,
  old: JsonMap | undefined,
  configured: readonly Family[],
): readonly FieldError[] {
  if (spec['type'] === 'ExternalName') return [];
  spec['ipFamilyPolicy'] = policyOf(spec, old);
  const ipProblems = validateClusterIPs(spec);
  if (ipProblems.length > 0) return ipProblems;
  const problems = [...releaseSecondary(spec, old), ...validateSingleStack(spec), ...inferFamilies(spec, configured)];
  if (problems.length > 0) return problems;
  if (isHeadless(spec) && !hasSelector(spec)) {
    completeFamilies(spec, configured, true);
    return [];
  }
  const unconfigured = validateConfigured(spec, configured);
  if (unconfigured.length === 0) completeFamilies(spec, configured, false);
  return unconfigured;
}

export function isHeadless(spec: JsonMap): boolean {
  return spec['clusterIP'] === 'None';
}

function hasSelector(spec: JsonMap): boolean {
  return Object.keys(mapAt(spec, ['selector'])).length > 0;
}

function policyOf(spec: JsonMap, old: JsonMap | undefined): string {
  const given = stringAt(spec, ['ipFamilyPolicy']);
  if (given !== '') return given;
  const before = stringAt(old, ['ipFamilyPolicy']);
  if (before !== '') return before;
  return isHeadless(spec) && !hasSelector(spec) ? 'RequireDualStack' : 'SingleStack';
}

function validateClusterIPs(spec: JsonMap): readonly FieldError[] {
  const ips = listAt(spec, ['clusterIPs']).map(String);
  const problems: FieldError[] = [];
  for (const [index, ip] of ips.entries()) {
    const path = `spec.clusterIPs[${index}]`;
    if (ip === 'None' && ips.length > 1) {
      problems.push(invalidValue('spec.clusterIPs', ips, "'None' must be the first and only value"));
    } else if (ip !== 'None' && isIP(ip) === 0) {
      problems.push(invalidValue(path, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
    }
  }
  if (problems.length > 0) return problems;
  if (ips.length > 2) problems.push(invalidValue('spec.clusterIPs', ips, 'may only hold up to 2 values'));
  if (ips.length === 2 && familyOf(ips[0] ?? '') === familyOf(ips[1] ?? '')) {
    problems.push(invalidValue('spec.clusterIPs', ips, 'may specify no more than one IP for each IP family'));
  }
  return [...problems, ...validateIPsOfFamilies(ips, listAt(spec, ['ipFamilies']).map(String))];
}

function validateIPsOfFamilies(ips: readonly string[], families: readonly string[]): readonly FieldError[] {
  return ips.flatMap((ip, index) => {
    const family = families[index];
    if (ip === 'None' || family === undefined || familyOf(ip) === family) return [];
    const why = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    return [invalidValue(`spec.clusterIPs[${index}]`, ip, why)];
  });
}

/** SingleStack gives the second address and family back; any other policy must not lose them. */
function releaseSecondary(spec: JsonMap, old: JsonMap | undefined): readonly FieldError[] {
  if (old === undefined) return [];
  const policy = spec['ipFamilyPolicy'];
  const problems: FieldError[] = [];
  for (const [key, what] of [
    ['clusterIPs', 'cluster IP'],
    ['ipFamilies', 'IP family'],
  ] as const) {
    const now = listAt(spec, [key]);
    const before = listAt(old, [key]);
    if (policy === 'SingleStack') {
      if (now.length > 1 && jsonEqual([...now], [...before])) spec[key] = now.slice(0, 1);
    } else if (now.length === 1 && before.length === 2) {
      problems.push(
        invalidValue('spec.ipFamilyPolicy', policy, `must be 'SingleStack' to release the secondary ${what}`),
      );
    }
  }
  return problems;
}

function validateSingleStack(spec: JsonMap): readonly FieldError[] {
  if (spec['ipFamilyPolicy'] !== 'SingleStack') return [];
  return (
    [
      ['clusterIPs', 'cluster IPs'],
      ['ipFamilies', 'IP families'],
    ] as const
  )
    .filter(([key]) => listAt(spec, [key]).length === 2)
    .map(([, what]) =>
      invalidValue(
        'spec.ipFamilyPolicy',
        'SingleStack',
        `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
      ),
    );
}

/** Addresses that are given name the families that are not. */
function inferFamilies(spec: JsonMap, configured: readonly Family[]): readonly FieldError[] {
  const families = [...listAt(spec, ['ipFamilies'])];
  const problems: FieldError[] = [];
  const ips = listAt(spec, ['clusterIPs']).map(String);
  for (const [index, ip] of ips.entries()) {
    if (ip === 'None' || index < families.length) continue;
    const family = familyOf(ip);
    if (configured.includes(family)) families.push(family);
    else {
      problems.push(invalidValue(`spec.clusterIPs[${index}]`, ips, `${family} is not configured on this cluster`));
    }
  }
  if (families.length > 0) spec['ipFamilies'] = families;
  return problems;
}

function validateConfigured(spec: JsonMap, configured: readonly Family[]): readonly FieldError[] {
  const problems: FieldError[] = [];
  if (spec['ipFamilyPolicy'] === 'RequireDualStack' && configured.length < 2) {
    const why = 'this cluster is not configured for dual-stack services';
    problems.push(invalidValue('spec.ipFamilyPolicy', 'RequireDualStack', why));
  }
  for (const [index, family] of listAt(spec, ['ipFamilies']).entries()) {
    if (configured.some((known) => known === family)) continue;
    problems.push(invalidValue(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  }
  return problems;
}

function completeFamilies(spec: JsonMap, configured: readonly Family[], always: boolean): void {
  const families = [...listAt(spec, ['ipFamilies'])];
  if (families.length === 0) families.push(configured[0] ?? 'IPv4');
  const dual = spec['ipFamilyPolicy'] !== 'SingleStack' && (always || configured.length === 2);
  if (dual && families.length === 1) families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4');
  spec['ipFamilies'] = families;
}
