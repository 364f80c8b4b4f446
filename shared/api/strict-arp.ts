/** What a speaker does where the kernels of all nodes answer ARP for addresses of Services (`--strict-arp`). */
export const strictArpPolicies = ['warn', 'refuse', 'enforce'] as const;
export type StrictArpPolicy = (typeof strictArpPolicies)[number];

/** On a speaker's Lease, while strict ARP is required on its node and off. */
export const strictArpAnnotation = 'herald/strict-arp';

/** What a speaker says of a node where strict ARP is required and off. */
export interface StrictArpFault {
  /** Of that speaker; with `enforce` it tried to set the sysctls and could not. */
  readonly policy: StrictArpPolicy;
  /** As the node's kube-proxy says it; '' where it does not answer. */
  readonly proxyMode: string;
}

/** `warn ipvs`, or `warn` alone where the mode is not known. */
export function strictArpText({ policy, proxyMode }: StrictArpFault): string {
  return proxyMode === '' ? policy : `${policy} ${proxyMode}`;
}

/** Reads what `strictArpText` wrote; undefined for anything else. */
export function parseStrictArp(text: string | undefined): StrictArpFault | undefined {
  const [first, proxyMode = ''] = (text ?? '').split(' ');
  const policy = strictArpPolicies.find((one) => one === first);
  return policy === undefined ? undefined : { policy, proxyMode };
}
