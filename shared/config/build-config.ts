import { type ConfigMap, configMapResource } from '../api/config-map.ts';
import { findingOf, type Problem } from './finding-text.ts';
import { configFromConfigMap } from './from-config-map.ts';
import { configFromResources, type ResourceInputs } from './from-resources.ts';
import { hasPools } from './has-pools.ts';
import type { ConfigResult } from './model.ts';

/** Everything the configuration is read from, as the API server has it. Order plays no part. */
export interface ConfigInputs extends ResourceInputs {
  /** The ConfigMap `config` of the installation's namespace. */
  readonly configMap: ConfigMap | undefined;
}

/**
 * Decides what configuration is in force. The custom resources stand for it; the ConfigMap of v0.12 is read where the
 * namespace has no IPAddressPool, so that a pool in another namespace, which never serves, can't switch it off.
 */
export function buildConfig(inputs: ConfigInputs): ConfigResult {
  const resources = configFromResources(inputs);
  const { configMap, namespace } = inputs;
  if (configMap === undefined) return resources;
  if (configMap.meta.namespace !== namespace) {
    const text = `"${configMap.meta.namespace}" is not the namespace of the installation: this ConfigMap is not read; move it to "${namespace}"`;
    return withNotice(resources, configMap, { severity: 'notice', path: 'metadata.namespace', text });
  }
  if (hasPools(resources.config)) {
    const text = 'this ConfigMap is not read, because IPAddressPools exist and win; delete one or the other';
    return withNotice(resources, configMap, { severity: 'notice', path: 'data.config', text });
  }
  const { config, findings } = configFromConfigMap(configMap);
  return { config, findings: [...findings, ...resources.findings] };
}

function withNotice(result: ConfigResult, configMap: ConfigMap, problem: Problem): ConfigResult {
  const { namespace, name } = configMap.meta;
  const finding = findingOf({ kind: configMapResource.kind, namespace, name }, problem);
  return { config: result.config, findings: [finding, ...result.findings] };
}
