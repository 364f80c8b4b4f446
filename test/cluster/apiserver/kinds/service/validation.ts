import { isIP } from 'node:net';
import type { JsonMap } from '../../resource-definition.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { jsonEqual, listAt, mapAt, mapsAt, numberAt, stringAt } from '../../schema/json-value.ts';
import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../field-problem.ts';
import { externallyAccessible, needsHealthCheckPort, usesNodePorts } from './defaults.ts';
import { isHeadless } from './families.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const policies = ['Cluster', 'Local'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const portMessage = 'must be between 1 and 65535, inclusive';
const portName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** What is wrong with a Service, in the real server's words (ValidateService and ValidateServiceUpdate). */
export function validateService(object: JsonMap, old: JsonMap | undefined): readonly FieldError[] {
  const spec = mapAt(object, ['spec']);
  const before = old === undefined ? undefined : mapAt(old, ['spec']);
  return [
    ...(before === undefined ? [] : validateChange(spec, before)),
    ...validatePorts(spec),
    ...validateChoices(spec),
    ...validateTypeRules(spec),
    ...validateTrafficPolicy(spec),
    ...validateSourceRanges(spec),
    ...validateIngress(object),
  ];
}

function validateChange(spec: JsonMap, old: JsonMap): readonly FieldError[] {
  const problems: FieldError[] = [];
  if (spec['type'] === 'LoadBalancer' && old['type'] === 'LoadBalancer') {
    if (!jsonEqual(spec['loadBalancerClass'] ?? null, old['loadBalancerClass'] ?? null)) {
      problems.push(
        invalidValue('spec.loadBalancerClass', spec['loadBalancerClass'] ?? null, 'may not change once set'),
      );
    }
  }
  if (spec['type'] === 'ExternalName' || old['type'] === 'ExternalName') return problems;
  return [
    ...problems,
    ...validateKept(spec, old, 'clusterIPs', 'primary clusterIP can not be unset'),
    ...validateKept(spec, old, 'ipFamilies', 'primary ipFamily can not be unset'),
  ];
}

/** Entries may be added and the second one released; what stands stays. */
function validateKept(spec: JsonMap, old: JsonMap, key: string, unset: string): readonly FieldError[] {
  const now = listAt(spec, [key]);
  const before = listAt(old, [key]);
  if (before.length > 0 && now.length === 0) return [invalidValue(`spec.${key}[0]`, now, unset)];
  const changed = now.findIndex((value, index) => index < before.length && value !== before[index]);
  return changed < 0 ? [] : [invalidValue(`spec.${key}[${changed}]`, now, 'may not change once set')];
}

function validatePorts(spec: JsonMap): readonly FieldError[] {
  const ports = mapsAt(spec, ['ports']);
  if (ports.length === 0) {
    return isHeadless(spec) || spec['type'] === 'ExternalName' ? [] : [required('spec.ports', '')];
  }
  const problems: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    problems.push(...validatePort(port, `spec.ports[${index}]`, { nameRequired: ports.length > 1, names }));
  }
  return [...problems, ...validateDistinct(ports, spec)];
}

interface PortRules {
  readonly nameRequired: boolean;
  /** Names seen so far; grows. */
  readonly names: Set<string>;
}

function validatePort(port: JsonMap, path: string, rules: PortRules): readonly FieldError[] {
  const problems = [...validatePortName(stringAt(port, ['name']), `${path}.name`, rules)];
  const number = numberAt(port, ['port']) ?? 0;
  if (!isPort(number)) problems.push(invalidValue(`${path}.port`, number, portMessage));
  const protocol = stringAt(port, ['protocol']);
  if (!protocols.includes(protocol)) problems.push(notSupported(`${path}.protocol`, protocol, protocols));
  const target = port['targetPort'];
  if (typeof target === 'number' && !isPort(target)) {
    problems.push(invalidValue(`${path}.targetPort`, target, portMessage));
  }
  return problems;
}

function validatePortName(name: string, path: string, rules: PortRules): readonly FieldError[] {
  if (name === '') return rules.nameRequired ? [required(path, '')] : [];
  if (rules.names.has(name)) return [duplicate(path, name)];
  rules.names.add(name);
  if (portName.test(name) && name.length <= 63) return [];
  return [
    invalidValue(
      path,
      name,
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
        "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is " +
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ),
  ];
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** One Service offers a protocol and port once, and uses a node port once per protocol. */
function validateDistinct(ports: readonly JsonMap[], spec: JsonMap): readonly FieldError[] {
  const problems: FieldError[] = [];
  const offered = new Set<string>();
  const nodePorts = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const protocol = stringAt(port, ['protocol']);
    const offer = `${protocol}/${String(port['port'])}`;
    if (offered.has(offer)) {
      const shown = { port: port['port'] ?? 0, protocol };
      problems.push(duplicate(`spec.ports[${index}]`, shown));
    }
    offered.add(offer);
    const nodePort = numberAt(port, ['nodePort']) ?? 0;
    if (nodePort === 0) continue;
    const path = `spec.ports[${index}].nodePort`;
    if (!usesNodePorts(spec)) problems.push(forbiddenField(path, "may not be used when `type` is 'ClusterIP'"));
    if (nodePorts.has(`${protocol}/${nodePort}`)) problems.push(duplicate(path, nodePort));
    nodePorts.add(`${protocol}/${nodePort}`);
  }
  return problems;
}

function validateChoices(spec: JsonMap): readonly FieldError[] {
  const problems: FieldError[] = [];
  const oneOf = (key: string, known: readonly string[]) => {
    const value = stringAt(spec, [key]);
    if (value !== '' && !known.includes(value)) problems.push(notSupported(`spec.${key}`, value, known));
  };
  oneOf('type', types);
  oneOf('sessionAffinity', ['ClientIP', 'None']);
  oneOf('internalTrafficPolicy', policies);
  oneOf('ipFamilyPolicy', ['PreferDualStack', 'RequireDualStack', 'SingleStack']);
  const families = listAt(spec, ['ipFamilies']);
  for (const [index, family] of families.entries()) {
    if (family !== 'IPv4' && family !== 'IPv6') {
      problems.push(notSupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6']));
    } else if (families.indexOf(family) < index) problems.push(duplicate(`spec.ipFamilies[${index}]`, family));
  }
  return problems;
}

function validateTypeRules(spec: JsonMap): readonly FieldError[] {
  const problems: FieldError[] = [];
  const type = spec['type'];
  if (isHeadless(spec) && usesNodePorts(spec)) {
    problems.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${String(type)} services`));
  }
  if (type === 'ExternalName' && stringAt(spec, ['externalName']) === '') {
    problems.push(required('spec.externalName', ''));
  }
  if (type === 'ExternalName' && listAt(spec, ['clusterIPs']).length > 0) {
    problems.push(forbiddenField('spec.clusterIPs', 'may not be set for ExternalName services'));
  }
  if (type !== 'LoadBalancer' && (spec['loadBalancerClass'] ?? null) !== null) {
    problems.push(forbiddenField('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'"));
  }
  if (type !== 'LoadBalancer' && (spec['allocateLoadBalancerNodePorts'] ?? null) !== null) {
    problems.push(
      forbiddenField('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"),
    );
  }
  return problems;
}

function validateTrafficPolicy(spec: JsonMap): readonly FieldError[] {
  const problems: FieldError[] = [];
  const policy = stringAt(spec, ['externalTrafficPolicy']);
  if (policy !== '' && !externallyAccessible(spec)) {
    const why = 'may only be set for externally-accessible services';
    problems.push(invalidValue('spec.externalTrafficPolicy', policy, why));
  } else if (policy !== '' && !policies.includes(policy)) {
    problems.push(notSupported('spec.externalTrafficPolicy', policy, policies));
  }
  const health = numberAt(spec, ['healthCheckNodePort']) ?? 0;
  if (health !== 0 && !needsHealthCheckPort(spec)) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    problems.push(invalidValue('spec.healthCheckNodePort', health, why));
  }
  return problems;
}

function validateSourceRanges(spec: JsonMap): readonly FieldError[] {
  return listAt(spec, ['loadBalancerSourceRanges']).flatMap((range, index) => {
    const [address = '', prefix = '', ...rest] = String(range).split('/');
    const longest = isIP(address) === 4 ? 32 : 128;
    if (isIP(address) !== 0 && rest.length === 0 && /^\d+$/.test(prefix) && Number(prefix) <= longest) return [];
    const why = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
    return [invalidValue(`spec.LoadBalancerSourceRanges[${index}]`, range, why)];
  });
}

/** What a load balancer may write into the status. */
function validateIngress(object: JsonMap): readonly FieldError[] {
  const entries = mapsAt(object, ['status', 'loadBalancer', 'ingress']);
  if (entries.length > 0 && stringAt(object, ['spec', 'type']) !== 'LoadBalancer') {
    const why = "may only be used when `spec.type` is 'LoadBalancer'";
    return [forbiddenField('status.loadBalancer.ingress', why)];
  }
  return entries.flatMap((entry, index) => {
    const path = `status.loadBalancer.ingress[${index}]`;
    const problems: FieldError[] = [];
    const ip = stringAt(entry, ['ip']);
    const mode = stringAt(entry, ['ipMode']);
    if (ip !== '' && isIP(ip) === 0) {
      const why = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
      problems.push(invalidValue(`${path}.ip`, ip, why));
    }
    if (ip === '' && mode !== '') {
      problems.push(forbiddenField(`${path}.ipMode`, 'may not be specified when `ip` is not set'));
    }
    if (mode !== '' && mode !== 'VIP' && mode !== 'Proxy') {
      problems.push(notSupported(`${path}.ipMode`, mode, ['Proxy', 'VIP']));
    }
    return problems;
  });
}
