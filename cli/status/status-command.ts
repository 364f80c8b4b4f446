import type { Cluster } from '../cluster.ts';
import type { Command, Outcome } from '../command.ts';
import { decideCluster } from '../decisions/decided.ts';
import { requireDecidable } from '../decisions/needed-kinds.ts';
import type { Style } from '../output/style.ts';
import { statusReport } from './status-report.ts';
import { statusText } from './status-text.ts';
import { watchStatus } from './watched-status-task.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'pools, Services with their owners, nodes with their speakers',
  operands: '',
  operandCount: { min: 0, max: 0 },
  options: ['watch'],
  run: async (session) => {
    const cluster = await session.readCluster();
    const look = (now: Cluster): Outcome => outcomeOf(now, session.style);
    return session.options.watch ? watchStatus(session, cluster, look) : look(cluster);
  },
};

function outcomeOf(cluster: Cluster, style: Style): Outcome {
  requireDecidable(cluster, 'tell the status');
  const report = statusReport(decideCluster(cluster));
  const served = report.services.every((service) => service.served);
  return { report, lines: statusText(report, { style, nowMs: cluster.nowMs }), exitCode: served ? 0 : 1 };
}
