import type { ResourceDefinition } from '../resource-definition.ts';

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

export function groupVersionText({ group, version }: GroupVersion): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The path below which a group's version is served: "api/v1", "apis/metallb.io/v1beta1". */
export function groupVersionPath({ group, version }: GroupVersion): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** Every group and version that some kind is served in, in order of appearance; the groups' own order is kept. */
export function groupVersionsOf(definitions: readonly ResourceDefinition[]): readonly GroupVersion[] {
  const found = new Map<string, GroupVersion>();
  for (const { group, version } of definitions) found.set(groupVersionText({ group, version }), { group, version });
  return [...found.values()];
}

/** A group's versions, the preferred one first: stable before beta before alpha, then the higher number. */
export function versionsOf(definitions: readonly ResourceDefinition[], group: string): readonly string[] {
  return groupVersionsOf(definitions)
    .filter((entry) => entry.group === group)
    .map(({ version }) => version)
    .sort(compareVersions);
}

const stages = ['', 'beta', 'alpha'];

/** The order of Kubernetes' page "Versions in CustomResourceDefinitions". */
function compareVersions(left: string, right: string): number {
  const [leftRank, rightRank] = [rankOf(left), rankOf(right)];
  if (leftRank === undefined || rightRank === undefined) {
    return Number(leftRank === undefined) - Number(rightRank === undefined) || (left < right ? -1 : 1);
  }
  return leftRank.stage - rightRank.stage || rightRank.major - leftRank.major || rightRank.minor - leftRank.minor;
}

function rankOf(version: string): { stage: number; major: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return undefined;
  return { stage: stages.indexOf(match[2] ?? ''), major: Number(match[1]), minor: Number(match[3] ?? 0) };
}
