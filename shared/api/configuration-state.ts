import { type Condition, parseConditions } from './condition.ts';
import { metallbGroup } from './ip-address-pool.ts';
import { asObject, readObject, readString } from './json.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** metallb.io/v1beta1 ConfigurationState: what one component thinks of the configuration. */
export interface ConfigurationState {
  readonly meta: ObjectMeta;
  /** Valid, Invalid or Unknown; '' before it was first written. */
  readonly result: string;
  readonly errorSummary: string;
  readonly conditions: readonly Condition[];
}

export const configurationStateResource: ResourceType<ConfigurationState> = {
  group: metallbGroup,
  version: 'v1beta1',
  kind: 'ConfigurationState',
  plural: 'configurationstates',
  namespaced: true,
  parse: (json) => {
    const root = asObject(json);
    const status = readObject(root, 'status');
    return {
      meta: parseMeta(root),
      result: readString(status, 'result') ?? '',
      errorSummary: readString(status, 'errorSummary') ?? '',
      conditions: parseConditions(status),
    };
  },
};
