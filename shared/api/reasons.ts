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
  nodeAssigned: 'nodeAssigned',
  configInvalid: 'ConfigInvalid',
} as const;

/** Condition types on a Service's status. */
export const conditionTypes = { allocated: 'herald/Allocated', announced: 'herald/Announced' } as const;

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
  'kubeProxyUnhealthy',
  'poolUnknown',
] as const;
export type AnnounceReason = (typeof announceReasons)[number];
