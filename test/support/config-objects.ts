import { type ConfigMap, configMapResource } from '../../shared/api/config-map.ts';
import { type IPAddressPool, ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import type { JsonObject } from '../../shared/api/json.ts';
import { type L2Advertisement, l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import { buildConfig, type ConfigInputs } from '../../shared/config/build-config.ts';
import type { ConfigResult } from '../../shared/config/model.ts';

export const ownNamespace = 'herald-system';

export interface ConfigObjectMeta {
  readonly namespace?: string;
  readonly labels?: JsonObject;
  /** RFC 3339. */
  readonly created?: string;
}

export function ipAddressPool(name: string, spec: JsonObject, meta: ConfigObjectMeta = {}): IPAddressPool {
  return ipAddressPoolResource.parse({ metadata: metadata(name, meta), spec });
}

export function l2Advertisement(name: string, spec: JsonObject, meta: ConfigObjectMeta = {}): L2Advertisement {
  return l2AdvertisementResource.parse({ metadata: metadata(name, meta), spec });
}

export function configMap(data: JsonObject, meta: ConfigObjectMeta = {}): ConfigMap {
  return configMapResource.parse({ metadata: metadata('config', meta), data });
}

/** What the configuration is, read from these and nothing else. */
export function configOf(inputs: Partial<ConfigInputs>): ConfigResult {
  return buildConfig({ namespace: ownNamespace, pools: [], advertisements: [], configMap: undefined, ...inputs });
}

/** The configuration in the YAML of the ConfigMap. */
export function configOfYaml(yaml: string): ConfigResult {
  return configOf({ configMap: configMap({ config: yaml }) });
}

function metadata(name: string, meta: ConfigObjectMeta): JsonObject {
  const { namespace = ownNamespace, labels = {}, created = '2026-01-01T00:00:00Z' } = meta;
  return { name, namespace, labels, creationTimestamp: created };
}
