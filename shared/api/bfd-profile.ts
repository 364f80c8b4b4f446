import { metallbGroup } from './ip-address-pool.ts';
import { asObject, readBoolean, readNumber, readObject } from './json.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** metallb.io/v1beta1 BFDProfile; undefined where a field is not given. Intervals are in ms. */
export interface BFDProfile {
  readonly meta: ObjectMeta;
  readonly receiveInterval: number | undefined;
  readonly transmitInterval: number | undefined;
  readonly detectMultiplier: number | undefined;
  readonly echoInterval: number | undefined;
  readonly echoMode: boolean;
  readonly passiveMode: boolean;
  readonly minimumTtl: number | undefined;
}

export const bfdProfileResource: ResourceType<BFDProfile> = {
  group: metallbGroup,
  version: 'v1beta1',
  kind: 'BFDProfile',
  plural: 'bfdprofiles',
  namespaced: true,
  parse: parseBFDProfile,
};

function parseBFDProfile(json: unknown): BFDProfile {
  const root = asObject(json);
  const spec = readObject(root, 'spec');
  return {
    meta: parseMeta(root),
    receiveInterval: readNumber(spec, 'receiveInterval'),
    transmitInterval: readNumber(spec, 'transmitInterval'),
    detectMultiplier: readNumber(spec, 'detectMultiplier'),
    echoInterval: readNumber(spec, 'echoInterval'),
    echoMode: readBoolean(spec, 'echoMode') ?? false,
    passiveMode: readBoolean(spec, 'passiveMode') ?? false,
    minimumTtl: readNumber(spec, 'minimumTtl'),
  };
}
