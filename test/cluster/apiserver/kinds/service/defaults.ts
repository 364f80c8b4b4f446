import type { Json, JsonMap } from '../../resource-definition.ts';
import { isMap, jsonEqual, listAt, mapsAt, stringAt } from '../../schema/json-value.ts';

export function usesNodePorts(spec: JsonMap): boolean {
  return spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';
}

/** Node ports are handed out unless a LoadBalancer Service declines. */
export function allocatesNodePorts(spec: JsonMap): boolean {
  return usesNodePorts(spec) && !(spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] === false);
}

export function needsHealthCheckPort(spec: JsonMap): boolean {
  return spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local';
}

export function externallyAccessible(spec: JsonMap): boolean {
  return usesNodePorts(spec) || (spec['type'] === 'ClusterIP' && listAt(spec, ['externalIPs']).length > 0);
}

/** Fills in what Kubernetes' SetDefaults_Service does. Changes `spec`, which the caller owns. */
export function applyServiceDefaults(spec: JsonMap): void {
  setDefault(spec, 'sessionAffinity', 'None');
  setDefault(spec, 'type', 'ClusterIP');
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  else if (!isMap(spec['sessionAffinityConfig'])) {
    spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: 10800 } };
  }
  if (Array.isArray(spec['ports'])) spec['ports'] = mapsAt(spec, ['ports']).map(portWithDefaults);
  if (externallyAccessible(spec)) setDefault(spec, 'externalTrafficPolicy', 'Cluster');
  if (spec['type'] !== 'ExternalName') setDefault(spec, 'internalTrafficPolicy', 'Cluster');
  if (spec['type'] === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true);
}

function setDefault(spec: JsonMap, key: string, value: Json): void {
  if (spec[key] === undefined || spec[key] === null || spec[key] === '') spec[key] = value;
}

function portWithDefaults(port: JsonMap): JsonMap {
  const target = port['targetPort'];
  const missing = target === undefined || target === null || target === 0 || target === '';
  return {
    ...port,
    protocol: stringAt(port, ['protocol']) || 'TCP',
    targetPort: missing ? (port['port'] ?? 0) : target,
  };
}

/** `clusterIP` and `clusterIPs` are two forms of one thing: whichever the client changed leads. */
export function alignClusterIPs(spec: JsonMap, old: JsonMap | undefined): void {
  const single = stringAt(spec, ['clusterIP']);
  const list = listAt(spec, ['clusterIPs']).map(String);
  if (old === undefined) {
    if (single !== '' && list.length === 0) spec['clusterIPs'] = [single];
    return;
  }
  const oldSingle = stringAt(old, ['clusterIP']);
  const sameList = jsonEqual(list, [...listAt(old, ['clusterIPs'])]);
  if (oldSingle !== '' && single === '' && sameList) delete spec['clusterIPs'];
  else if (oldSingle !== single && sameList) spec['clusterIPs'] = single === '' ? [] : [single];
}

/**
 * A PUT that leaves the assigned values out keeps them, where the type still needs them
 * (Kubernetes' patchAllocatedValues).
 */
export function keepAssigned(spec: JsonMap, old: JsonMap): void {
  if (spec['type'] !== 'ExternalName' && old['type'] !== 'ExternalName') {
    if (stringAt(spec, ['clusterIP']) === '') spec['clusterIP'] = old['clusterIP'] ?? '';
    if (listAt(spec, ['clusterIPs']).length === 0 && spec['clusterIP'] === old['clusterIP']) {
      spec['clusterIPs'] = [...listAt(old, ['clusterIPs'])];
    }
  }
  if (usesNodePorts(spec) && usesNodePorts(old)) keepNodePorts(spec, old);
  if (needsHealthCheckPort(spec) && needsHealthCheckPort(old) && !spec['healthCheckNodePort']) {
    spec['healthCheckNodePort'] = old['healthCheckNodePort'] ?? 0;
  }
}

function keepNodePorts(spec: JsonMap, old: JsonMap): void {
  const before = new Map(mapsAt(old, ['ports']).map((port) => [portIdentity(port), port['nodePort']]));
  spec['ports'] = mapsAt(spec, ['ports']).map((port) => {
    const kept = before.get(portIdentity(port));
    return port['nodePort'] || kept === undefined ? port : { ...port, nodePort: kept };
  });
}

function portIdentity(port: JsonMap): string {
  return `${stringAt(port, ['protocol'])}/${String(port['port'])}`;
}

/** Drops what the new type does not use, unless the client changed it (then validation speaks). */
export function dropUnused(spec: JsonMap, old: JsonMap): void {
  const same = (key: string) => jsonEqual(spec[key], old[key]);
  const drop = (...keys: readonly string[]) => {
    for (const key of keys) if (same(key)) delete spec[key];
  };
  if (spec['type'] === 'ExternalName' && old['type'] !== 'ExternalName') {
    drop('clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy');
    // Only the defaults of the other types set it; ExternalName has no traffic policy of its own.
    drop('internalTrafficPolicy');
  }
  if (usesNodePorts(old) && !usesNodePorts(spec)) dropNodePorts(spec, old);
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(spec)) drop('healthCheckNodePort');
  if (old['type'] === 'LoadBalancer' && spec['type'] !== 'LoadBalancer') {
    drop('allocateLoadBalancerNodePorts', 'loadBalancerClass');
  }
  if (externallyAccessible(old) && !externallyAccessible(spec)) drop('externalTrafficPolicy');
}

function dropNodePorts(spec: JsonMap, old: JsonMap): void {
  const portsOf = (owner: JsonMap) => mapsAt(owner, ['ports']).map((port) => port['nodePort'] ?? 0);
  if (!jsonEqual(portsOf(spec), portsOf(old))) return;
  spec['ports'] = mapsAt(spec, ['ports']).map(({ nodePort: _dropped, ...port }) => port);
}
