import { keyOf } from '../../shared/api/object-meta.ts';
import type { Service } from '../../shared/api/service.ts';
import type { Cluster } from '../cluster.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { decideCluster } from '../decisions/decided.ts';
import { requireDecidable } from '../decisions/needed-kinds.ts';
import { readServiceEvents } from '../kube/read-service-events.ts';
import { explainService } from './explain-service.ts';
import { explainText } from './explain-text.ts';

export const explainCommand: Command = {
  name: 'explain',
  summary: 'why a Service has its address and its owner, or why not',
  operands: '[NAMESPACE/]SERVICE',
  operandCount: { min: 1, max: 1 },
  operandValues: 'services',
  options: [],
  run: async (session) => {
    const { options, style } = session;
    const key = serviceKey(options.operands[0] ?? '', () => options.namespace ?? session.contextNamespace());
    const [cluster, events] = await Promise.all([session.readCluster(), readServiceEvents(session.client(), key)]);
    const report = explainService(serviceIn(cluster, keyOf(key)), decideCluster(cluster), events);
    return { report, lines: explainText(report, { style, nowMs: cluster.nowMs }), exitCode: report.served ? 0 : 1 };
  },
};

/** As kubectl does: a namespace in the name wins over that of the context. */
function serviceKey(operand: string, namespace: () => string): { readonly namespace: string; readonly name: string } {
  const parts = operand.replace(/^(svc|services?)\//, '').split('/');
  const [first = '', ...others] = parts;
  return others.length > 0 ? { namespace: first, name: others.join('/') } : { namespace: namespace(), name: first };
}

function serviceIn(cluster: Cluster, key: string): Service {
  requireDecidable(cluster, `explain Service ${key}`);
  const service = cluster.services.find(({ meta }) => keyOf(meta) === key);
  if (service !== undefined) return service;
  throw new CommandError('NotFound', `cannot explain Service ${key}: there is no such Service`);
}
