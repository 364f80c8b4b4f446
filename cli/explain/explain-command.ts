import { keyOf } from '../../shared/api/object-meta.ts';
import type { Service } from '../../shared/api/service.ts';
import type { Cluster } from '../cluster.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { decideCluster } from '../decisions/decided.ts';
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

/** Without these every reason could be wrong; pools may also be in the ConfigMap. */
const needed: readonly string[] = ['services', 'endpointslices', 'nodes', 'leases'];
const neededPools: readonly string[] = ['ipaddresspools', 'l2advertisements'];

function serviceIn({ services, configMap, unreadable }: Cluster, key: string): Service {
  const kinds = configMap === undefined ? [...needed, ...neededPools] : needed;
  const lacking = unreadable.find(({ resource }) => kinds.includes(resource));
  if (lacking !== undefined) {
    const why = `${lacking.resource} can not be read: ${lacking.why}`;
    throw new CommandError('Unreadable', `cannot explain Service ${key}: ${why}`);
  }
  const service = services.find(({ meta }) => keyOf(meta) === key);
  if (service !== undefined) return service;
  throw new CommandError('NotFound', `cannot explain Service ${key}: there is no such Service`);
}
