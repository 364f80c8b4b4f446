import type { Cluster } from '../cluster.ts';
import { type Decided, decideCluster } from '../decisions/decided.ts';
import { isMember } from '../decisions/speakers.ts';
import type { DoctorFacts } from './facts.ts';
import { isHeld } from './written-lease.ts';

/** All that checks look at: what was read, and what controller and speakers decide from it. */
export interface Examination extends Decided {
  readonly facts: DoctorFacts;
  /** Nodes whose speakers live. */
  readonly alive: ReadonlySet<string>;
  /** A controller holds its Lease, or runs without one. */
  readonly leads: boolean;
}

/** The Lease of the controllers. */
export const controllerLeaseName = 'herald-controller';

export function examine(cluster: Cluster, facts: DoctorFacts): Examination {
  const decided = decideCluster(cluster);
  const members = [...decided.speakers.values()].filter(({ state }) => isMember(state));
  const lease = facts.leases.find(({ meta }) => meta.name === controllerLeaseName);
  return {
    ...decided,
    facts,
    alive: new Set(members.map(({ node }) => node)),
    leads: leadsAlone(cluster) || (lease !== undefined && isHeld(lease, cluster.nowMs)),
  };
}

function leadsAlone({ installation: { controller } }: Cluster): boolean {
  const args = controller?.args ?? [];
  return args.includes('--no-leader-elect') || args.includes('--leader-elect=false');
}
