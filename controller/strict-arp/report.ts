import { conditionTypes, eventReasons } from '../../shared/api/reasons.ts';
import type { Service } from '../../shared/api/service.ts';
import type { StrictArpFault } from '../../shared/api/strict-arp.ts';
import { findCondition, type Verdict } from '../../shared/api/verdict.ts';

/** A node whose kernel answers ARP for addresses that it does not announce. */
export interface FaultyNode {
  readonly name: string;
  readonly fault: StrictArpFault;
  readonly remedy: string;
}

/** What there is to say. */
export interface StrictArpReport {
  /** On every Service concerned; undefined where no node is at fault. */
  readonly services: Verdict | undefined;
  /** By node. */
  readonly nodes: ReadonlyMap<string, Verdict>;
}

export const noFaults: StrictArpReport = { services: undefined, nodes: new Map() };

/** Nodes that a message names one by one; the rest is counted. */
const nodesInMessage = 10;

/**
 * Ends what this installation says of a Node. Another one, of another class, may judge it otherwise: neither takes back
 * what the other one says.
 */
export function signature(namespace: string): string {
  return ` (Herald in ${namespace})`;
}

/** `namespace`: of the installation. */
export function strictArpReport(faulty: readonly FaultyNode[], namespace: string): StrictArpReport {
  if (faulty.length === 0) return noFaults;
  const sorted = faulty.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    services: verdict(serviceText(sorted)),
    nodes: new Map(sorted.map((node) => [node.name, verdict(nodeText(node) + signature(namespace))])),
  };
}

/** Has it an IPv4 address from us? IPVS binds it on every node, so all nodes at fault answer for it. */
export function isConcerned(service: Service, loadBalancerClass: string | undefined): boolean {
  return (
    isOurs(service, loadBalancerClass) &&
    findCondition(service.conditions, conditionTypes.allocated)?.status === 'True' &&
    service.ingress.some(({ ip }) => ip !== undefined && !ip.includes(':'))
  );
}

/** Those of another class are another installation's; those that left are cleaned up with their addresses. */
export function isOurs({ type, loadBalancerClass: own }: Service, loadBalancerClass: string | undefined): boolean {
  return type === 'LoadBalancer' && own === loadBalancerClass;
}

function verdict(message: string): Verdict {
  return { type: conditionTypes.strictArpRequired, status: 'True', reason: eventReasons.strictArpRequired, message };
}

function serviceText(faulty: readonly FaultyNode[]): string {
  const names = faulty.map(({ name }) => name);
  const one = names.length === 1;
  const remedies = Map.groupBy(faulty, ({ remedy }) => remedy);
  const advice = [...remedies].map(([remedy, nodes]) =>
    remedies.size === 1 ? remedy : `${remedy} (${listed(nodes.map(({ name }) => name))})`,
  );
  return (
    `${one ? 'node' : 'nodes'} ${listed(names)} ${one ? 'answers' : 'answer'} ARP for its IPv4 address even while another ` +
    `node announces it: strict ARP is off, and kube-ipvs0 holds the address there. Mend it: ${advice.join('; ')}`
  );
}

function nodeText({ fault, remedy }: FaultyNode): string {
  return (
    'this node answers ARP for IPv4 addresses of Services that other nodes announce: strict ARP is off, and kube-ipvs0 ' +
    `holds them${consequence(fault)}. Mend it: ${remedy}`
  );
}

function consequence({ policy }: StrictArpFault): string {
  switch (policy) {
    case 'warn':
      return '';
    case 'refuse':
      return '; it announces none itself until that is mended (--strict-arp=refuse)';
    case 'enforce':
      return '; its speaker lacks the privilege to set the sysctls, which the chart gives with strictArp=enforce';
  }
}

function listed(names: readonly string[]): string {
  const more = names.length - nodesInMessage;
  return more > 0 ? `${names.slice(0, nodesInMessage).join(', ')} and ${more} more` : names.join(', ');
}
