import { type IPAddressPool, ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import type { JsonObject } from '../../shared/api/json.ts';
import { buildConfig } from '../../shared/config/build-config.ts';
import type { Config } from '../../shared/config/model.ts';

/** `spec` of an IPAddressPool by name. */
export type PoolSpecs = Readonly<Record<string, JsonObject>>;

/** An IPAddressPool in the namespace `herald-system`. */
export function poolManifest(name: string, spec: JsonObject): JsonObject {
  const metadata = { name, namespace: 'herald-system', uid: `uid-${name}`, generation: 1 };
  return { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', metadata, spec };
}

/** The configuration that these pools make; one without readable addresses is set aside. */
export function configOfPools(specs: PoolSpecs): Config {
  const pools: IPAddressPool[] = Object.entries(specs).map(([name, spec]) =>
    ipAddressPoolResource.parse(poolManifest(name, spec)),
  );
  const inputs = { namespace: 'herald-system', pools, advertisements: [], configMap: undefined };
  const { config } = buildConfig(inputs);
  if (config === undefined) throw new Error('cannot build a configuration from the pools of a test');
  return config;
}
