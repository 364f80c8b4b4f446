import { watchersPerMember } from '../../speaker/liveness/ring.ts';

/**
 * What a node of so many sends at most in one second, whatever goes wrong: pulses, and to each other member what it has
 * to tell.
 */
export function mostDatagramsPerSecond(nodes: number, intervalMs: number): number {
  const pulses = Math.min(watchersPerMember, nodes - 1) * (1000 / intervalMs);
  // Pulses come sooner by a tenth of an interval at most; as many suspicions to each as pulses that it misses; hellos,
  // welcomes and claims are 60 to each at most.
  return pulses / 0.9 + (nodes - 1) * (pulses + 60);
}
