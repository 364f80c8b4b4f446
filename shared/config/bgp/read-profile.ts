import { type BFDProfile, bfdProfileResource } from '../../api/bfd-profile.ts';
import { type FindingObject, mustBe, type Problem } from '../finding-text.ts';
import type { BfdProfile } from './model.ts';

export interface ReadProfile {
  readonly object: FindingObject;
  /** Undefined where the profile can't be used. */
  readonly profile: BfdProfile | undefined;
  readonly problems: readonly Problem[];
}

const intervalMs = { from: 10, to: 60_000 };
const bounds = [
  { field: 'receiveInterval', ...intervalMs },
  { field: 'transmitInterval', ...intervalMs },
  { field: 'echoInterval', ...intervalMs },
  { field: 'detectMultiplier', from: 2, to: 255 },
  { field: 'minimumTtl', from: 1, to: 254 },
] as const;

/** Reads one BFDProfile by itself; any error sets it aside. */
export function readProfile(resource: BFDProfile): ReadProfile {
  const { name, namespace } = resource.meta;
  const problems = checkBounds(resource);
  const profile: BfdProfile = {
    name,
    receiveIntervalMs: resource.receiveInterval,
    transmitIntervalMs: resource.transmitInterval,
    detectMultiplier: resource.detectMultiplier,
    echoIntervalMs: resource.echoInterval,
    echoMode: resource.echoMode,
    passiveMode: resource.passiveMode,
    minimumTtl: resource.minimumTtl,
  };
  const object = { kind: bfdProfileResource.kind, namespace, name };
  return { object, profile: problems.length === 0 ? profile : undefined, problems };
}

function checkBounds(resource: BFDProfile): readonly Problem[] {
  return bounds.flatMap(({ field, from, to }) => {
    const value = resource[field];
    const fits = value === undefined || (Number.isInteger(value) && value >= from && value <= to);
    return mustBe(fits, `spec.${field}`, `${value} is not a whole number from ${from} to ${to}`);
  });
}
