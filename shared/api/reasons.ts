/** Every reason that Herald gives, declared once: events, conditions, metrics and logs use these literals. */

export const eventReasons = {
  ipAllocated: 'IPAllocated',
  clearAssignment: 'ClearAssignment',
  allocationFailed: 'AllocationFailed',
  loadBalancerFailed: 'LoadBalancerFailed',
  notEnoughClusterIPs: 'NotEnoughClusterIPs',
  deprecatedAnnotation: 'deprecatedAnnotation',
  notAnnounced: 'NotAnnounced',
  addressConflict: 'AddressConflict',
  addressInUse: 'AddressInUse',
  nodeAssigned: 'nodeAssigned',
  configInvalid: 'ConfigInvalid',
  ownerChanged: 'OwnerChanged',
  pulsesBlocked: 'PulsesBlocked',
  pulseKeyRotated: 'PulseKeyRotated',
  pulseKeyUnreadable: 'PulseKeyUnreadable',
  strictArpRequired: 'StrictARPRequired',
} as const;

/** Condition types on a Service's status; the last one also on a Node's. */
export const conditionTypes = {
  allocated: 'herald/Allocated',
  announced: 'herald/Announced',
  strictArpRequired: 'herald/StrictARPRequired',
} as const;

/** Why a node announces a Service, or does not. */
export const announceReasons = [
  'owner',
  'notOwner',
  'noEndpoints',
  'noLocalEndpoints',
  'noMatchingAdvertisement',
  'noInterface',
  'nodeExcluded',
  'nodeNetworkUnavailable',
  'nodeNotReady',
  'speakerNotAlive',
  'noCarrier',
  'strictArpRequired',
  'kubeProxyUnhealthy',
  'poolUnknown',
] as const;
export type AnnounceReason = (typeof announceReasons)[number];

/** What each means, and what to do about it: for conditions, events and docs/operations.md. */
export const announceReasonTexts: Readonly<Record<AnnounceReason, string>> = {
  owner: 'this node announces it',
  notOwner: 'another node ranks before it',
  noEndpoints: 'no endpoint of the Service is ready anywhere; look at its Pods',
  noLocalEndpoints:
    'externalTrafficPolicy is Local, and no ready Pod of the Service runs there; run one there, or set it to Cluster',
  noMatchingAdvertisement: 'no L2Advertisement selects this pool, Service and node; create one or widen its selectors',
  noInterface:
    'the node has no usable interface, or none of those that the L2Advertisement names; compare them with "ip link" there',
  nodeExcluded:
    'the node has the label node.kubernetes.io/exclude-from-external-load-balancers, or is being drained; remove the label, or uncordon it',
  nodeNetworkUnavailable: 'the network plugin has not set the node up; see its condition NetworkUnavailable',
  nodeNotReady: 'the node is not ready, and no speaker is heard from it; see "kubectl describe node"',
  speakerNotAlive: 'no speaker with a valid Lease runs on the node; see its Pod and the Lease speaker-NODE',
  noCarrier: 'the link has no carrier; look at the cable, the switch port or the bond',
  strictArpRequired:
    "the node's kernel answers ARP for every Service's address, and --strict-arp=refuse keeps such nodes out; see the condition herald/StrictARPRequired for the remedy",
  kubeProxyUnhealthy:
    "kube-proxy's health check on the node has failed for 3 s, and another node's works; see its Pod there",
  poolUnknown: 'no pool holds the address; put it back into one, or see the controller, which should give another',
};
