import type { Labels } from './label-selector.ts';

/** Annotations on Services. The prefix of MetalLB's CRD releases wins over that of v0.12 where both stand. */
const prefixes = ['metallb.io/', 'metallb.universe.tf/'] as const;

export const annotationNames = {
  addressPool: 'address-pool',
  loadBalancerIPs: 'loadBalancerIPs',
  allowSharedIp: 'allow-shared-ip',
} as const;

/** Written by the controller: the pools that a Service's addresses come from, comma-separated. */
export const allocatedFromPoolAnnotation = 'metallb.io/ip-allocated-from-pool';
/** As MetalLB wrote it before its own prefix changed. */
const formerAllocatedFromPoolAnnotation = 'metallb.universe.tf/ip-allocated-from-pool';

export interface FoundAnnotation {
  readonly value: string;
  /** Stands under the old prefix only. */
  readonly deprecated: boolean;
}

/** Finds an annotation under either prefix; undefined where it is absent or empty. */
export function findAnnotation(
  annotations: Labels,
  name: (typeof annotationNames)[keyof typeof annotationNames],
): FoundAnnotation | undefined {
  for (const prefix of prefixes) {
    const value = annotations[prefix + name]?.trim();
    if (value !== undefined && value !== '') return { value, deprecated: prefix !== prefixes[0] };
  }
  return undefined;
}

/** The pools that a Service's addresses came from, as the controller wrote it, or MetalLB before. */
export function allocatedFromPools(annotations: Labels): readonly string[] {
  const text = annotations[allocatedFromPoolAnnotation] ?? annotations[formerAllocatedFromPoolAnnotation] ?? '';
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
