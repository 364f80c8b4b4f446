import { OptionsError } from '../../shared/runtime/command-line.ts';
import type { Cluster } from '../cluster.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { requireDecidable } from '../decisions/needed-kinds.ts';
import { readManifests } from './manifests.ts';
import { planReport } from './plan-report.ts';
import { planText } from './plan-text.ts';

/** Without these it is not known, either, which pools serve whom. */
const needed = ['configmaps', 'namespaces'];

export const planCommand: Command = {
  name: 'plan',
  summary: 'what would move if the pools and advertisements of -f FILE were applied; nothing is written',
  operands: '',
  operandCount: { min: 0, max: 0 },
  options: ['filename', 'delete'],
  run: async (session) => {
    const { options, style } = session;
    if (options.files.length === 0)
      throw new OptionsError('cannot run plan: name a file by -f FILE, or - for standard input');
    const texts = session.readFiles();
    const cluster = await session.readCluster();
    requireReadable(cluster);
    const { namespace, installation } = cluster;
    const read = readManifests(texts, { namespace, configMapName: installation.configMapName });
    if (!read.ok) throw new CommandError('Invalid', read.why);
    const report = planReport({
      cluster,
      manifests: read.manifests,
      verb: options.deletes ? 'delete' : 'apply',
    });
    return { report, lines: planText(report, style), exitCode: report.moves ? 3 : 0 };
  },
};

function requireReadable(cluster: Cluster): void {
  requireDecidable(cluster, 'plan');
  const missing = cluster.unreadable.find(({ resource }) => needed.includes(resource));
  if (missing === undefined) return;
  throw new CommandError('Unreadable', `cannot plan: ${missing.resource} can not be read: ${missing.why}`);
}
