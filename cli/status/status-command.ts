import type { Command, Outcome, Session } from '../command.ts';
import { decideCluster } from '../decisions/decided.ts';
import { requireDecidable } from '../decisions/needed-kinds.ts';
import { statusReport } from './status-report.ts';
import { statusText } from './status-text.ts';
import { watchStatus } from './watched-status-task.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'pools, Services with their owners, nodes with their speakers',
  operands: '',
  operandCount: { min: 0, max: 0 },
  options: ['watch'],
  run: (session) => (session.options.watch ? watchStatus(session, () => look(session)) : look(session)),
};

async function look({ readCluster, style }: Session): Promise<Outcome> {
  const cluster = await readCluster();
  requireDecidable(cluster, 'tell the status');
  const report = statusReport(decideCluster(cluster));
  const served = report.services.every((service) => service.served);
  return { report, lines: statusText(report, { style, nowMs: cluster.nowMs }), exitCode: served ? 0 : 1 };
}
