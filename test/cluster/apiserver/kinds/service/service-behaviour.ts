import { invalid } from '../../http/status-error.ts';
import type { JsonMap } from '../../resource-definition.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { isMap, listAt, mapAt, mapsAt, numberAt, stringAt } from '../../schema/json-value.ts';
import { invalidValue } from '../field-problem.ts';
import { type KindBehaviour, plainBehaviour, type WriteMoment } from '../kind-behaviour.ts';
import { familyOf } from './address-block.ts';
import { nodePortsOf, type ServiceAllocations } from './allocations.ts';
import {
  alignClusterIPs,
  allocatesNodePorts,
  applyServiceDefaults,
  dropUnused,
  keepAssigned,
  needsHealthCheckPort,
} from './defaults.ts';
import { isHeadless, settleFamilies } from './families.ts';
import { validateService } from './validation.ts';

/** core/v1 Service: defaults, cluster addresses, node ports. `allocations` knows what the stored Services hold. */
export function serviceBehaviour(allocations: ServiceAllocations): KindBehaviour {
  return {
    ...plainBehaviour,
    createOnUpdate: true,
    returnsDeleted: true,
    create: (object, moment) => complete(allocations, { object, old: undefined, moment }),
    update: (object, old, moment) => complete(allocations, { object, old, moment }),
    updateStatus: withIpModes,
    validate: (object, old) => validateService(object, old),
  };
}

interface Change {
  readonly object: JsonMap;
  readonly old: JsonMap | undefined;
  readonly moment: WriteMoment;
}

function complete(allocations: ServiceAllocations, { object, old, moment }: Change): JsonMap {
  const spec: JsonMap = { ...mapAt(object, ['spec']) };
  const oldSpec = old === undefined ? undefined : mapAt(old, ['spec']);
  applyServiceDefaults(spec);
  alignClusterIPs(spec, oldSpec);
  if (oldSpec !== undefined) {
    keepAssigned(spec, oldSpec);
    dropUnused(spec, oldSpec);
  }
  const next = { ...object, spec, status: statusFor(spec, old === undefined ? {} : mapAt(object, ['status'])) };
  refuse(validateService(next, undefined), next, moment);
  const configured = allocations.blocks.map((block) => block.family);
  refuse(settleFamilies(spec, oldSpec, configured), next, moment);
  refuse(validateService(next, old), next, moment);
  refuse(assignAddresses(allocations, spec, oldSpec), next, moment);
  refuse(assignNodePorts(allocations, spec, oldSpec), next, moment);
  return next;
}

/** A Service that is no LoadBalancer has no load balancer's status; conditions stay. */
function statusFor(spec: JsonMap, status: JsonMap): JsonMap {
  return { ...status, loadBalancer: spec['type'] === 'LoadBalancer' ? mapAt(status, ['loadBalancer']) : {} };
}

/** An address without a mode is a VIP. */
function withIpModes(object: JsonMap): JsonMap {
  const status = mapAt(object, ['status']);
  const loadBalancer = mapAt(status, ['loadBalancer']);
  if (!Array.isArray(loadBalancer['ingress'])) return { ...object, status: { ...status, loadBalancer } };
  const ingress = mapsAt(loadBalancer, ['ingress']).map((entry) =>
    entry['ip'] !== undefined && entry['ipMode'] === undefined ? { ...entry, ipMode: 'VIP' } : entry,
  );
  return { ...object, status: { ...status, loadBalancer: { ...loadBalancer, ingress } } };
}

function refuse(problems: readonly FieldError[], object: JsonMap, moment: WriteMoment): void {
  if (problems.length > 0) throw invalid(moment.definition, stringAt(object, ['metadata', 'name']), problems);
}

/** One address per family: those asked for, if free, else the next free ones. */
function assignAddresses(
  allocations: ServiceAllocations,
  spec: JsonMap,
  old: JsonMap | undefined,
): readonly FieldError[] {
  if (spec['type'] === 'ExternalName') return [];
  if (isHeadless(spec)) {
    spec['clusterIPs'] = ['None'];
    return [];
  }
  const held = new Set(listAt(old, ['clusterIPs']));
  const given = listAt(spec, ['clusterIPs']).map(String);
  const problems: FieldError[] = [];
  const assigned = listAt(spec, ['ipFamilies']).map((family, index) => {
    const block = allocations.blocks.find((candidate) => candidate.family === family);
    const wanted = given[index];
    if (block === undefined) return wanted ?? '';
    if (wanted === undefined) return allocations.freeAddress(block) ?? '';
    if (!held.has(wanted)) problems.push(...checkAddress(allocations, wanted, { given, index }));
    return wanted;
  });
  if (assigned.includes('')) {
    problems.push(invalidValue('spec.clusterIPs', assigned, 'failed to allocate IP: range is full'));
  }
  spec['clusterIPs'] = assigned;
  spec['clusterIP'] = assigned[0] ?? '';
  return problems;
}

function checkAddress(
  allocations: ServiceAllocations,
  ip: string,
  place: { readonly given: readonly string[]; readonly index: number },
): readonly FieldError[] {
  const path = `spec.clusterIPs`;
  const block = allocations.blocks.find((candidate) => candidate.family === familyOf(ip) && candidate.contains(ip));
  if (block === undefined) {
    const ranges = allocations.blocks.filter((candidate) => candidate.family === familyOf(ip));
    const valid = ranges.map((range) => range.cidr).join(', ');
    const why = `failed to allocate IP ${ip}: the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${valid}`;
    return [invalidValue(path, place.given, why)];
  }
  if (!allocations.isAddressTaken(ip)) return [];
  return [invalidValue(path, place.given, `failed to allocate IP ${ip}: provided IP is already allocated`)];
}

/** Node ports for all ports where the type uses them, and one for health checks of Local load balancers. */
function assignNodePorts(
  allocations: ServiceAllocations,
  spec: JsonMap,
  old: JsonMap | undefined,
): readonly FieldError[] {
  const held = nodePortsOf({ spec: old ?? {} });
  const problems: FieldError[] = [];
  const check = (port: number, path: string) => {
    if (held.has(port)) return;
    problems.push(...checkNodePort(allocations, port, path));
  };
  // Explicit ports first: an automatic one must not take them.
  const reserved = new Set(nodePortsOf({ spec }));
  spec['ports'] = mapsAt(spec, ['ports']).map((port, index) => {
    const wanted = numberAt(port, ['nodePort']) ?? 0;
    if (wanted !== 0) {
      check(wanted, `spec.ports[${index}].nodePort`);
      return port;
    }
    if (!allocatesNodePorts(spec)) return port;
    const nodePort = sharedNodePort(spec, port) ?? take(allocations, reserved);
    reserved.add(nodePort);
    return { ...port, nodePort };
  });
  if (needsHealthCheckPort(spec)) {
    const wanted = numberAt(spec, ['healthCheckNodePort']) ?? 0;
    if (wanted === 0) spec['healthCheckNodePort'] = take(allocations, reserved);
    else check(wanted, 'spec.healthCheckNodePort');
  }
  if (mapsAt(spec, ['ports']).length === 0) delete spec['ports'];
  return problems;
}

/** TCP and UDP on one port number share a node port that one of them asked for. */
function sharedNodePort(spec: JsonMap, port: JsonMap): number | undefined {
  const twin = listAt(spec, ['ports']).find(
    (other) =>
      isMap(other) && other['port'] === port['port'] && other['protocol'] !== port['protocol'] && other['nodePort'],
  );
  return numberAt(twin, ['nodePort']);
}

function take(allocations: ServiceAllocations, reserved: ReadonlySet<number>): number {
  return allocations.freeNodePort(reserved) ?? 0;
}

function checkNodePort(allocations: ServiceAllocations, port: number, path: string): readonly FieldError[] {
  if (!allocations.isNodePortInRange(port)) {
    return [
      invalidValue(path, port, 'provided port is not in the valid range. The range of valid ports is 30000-32767'),
    ];
  }
  return allocations.isNodePortTaken(port) ? [invalidValue(path, port, 'provided port is already allocated')] : [];
}
