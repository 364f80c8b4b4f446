import { LivenessNetwork, type Timing } from './liveness-network.ts';

export interface LivenessCluster {
  readonly network: LivenessNetwork;
  readonly nodes: readonly string[];
}

/** So many nodes that know each other; 5 s have passed, and pulses leave each at another phase. */
export function livenessCluster(size: number, timings: readonly Timing[] = []): LivenessCluster {
  const network = new LivenessNetwork();
  const nodes = Array.from({ length: size }, (_, index) => `node-${String(index + 1).padStart(2, '0')}`);
  for (const [index, node] of nodes.entries()) {
    network.run(index * 37);
    network.start(node, timings[index]);
    network.setTable(node, []);
  }
  network.setTables(nodes);
  network.run(5_000);
  network.takeLog();
  return { network, nodes };
}

/** Lines about deaths by silence, as "time teller: who". */
export function deaths(log: readonly string[]): readonly string[] {
  return log.filter((line) => line.endsWith('dead (notHeard)')).map((line) => line.replace(' dead (notHeard)', ''));
}

/** The lines without their times, sorted. */
export function untimed(log: readonly string[]): readonly string[] {
  return log.map((line) => line.replace(/^\d+ /, '')).sort();
}
