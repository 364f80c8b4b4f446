import type { Command, Session } from '../command.ts';
import { locateInstallation } from '../kube/locate-installation.ts';
import { readMetallb } from '../kube/read-metallb.ts';
import { migrationOf } from './migration.ts';
import { migrationOutcome } from './migration-outcome.ts';
import { joinSources, objectsOfText, type SourceObjects } from './source-objects.ts';

const usualNamespace = 'herald-system';
const metallbNamespace = 'metallb-system';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'what a MetalLB, or a ConfigMap of its v0.12, is configured with, as YAML for Herald',
  operands: '',
  operandCount: { min: 0, max: 0 },
  options: ['filename', 'from', 'values'],
  run: async (session) => {
    const { options } = session;
    const source = await readSource(session);
    return migrationOutcome(migrationOf(source, await namespaceOf(session)), options.valuesOnly);
  },
};

/** Of the files where there are any: then no cluster is needed. */
async function readSource(session: Session): Promise<SourceObjects> {
  const files = session.readFiles();
  if (files.length > 0) return joinSources(files.map(({ name, text }) => objectsOfText(name, text)));
  return readMetallb(session.client(), session.options.metallbNamespace ?? metallbNamespace);
}

/** Herald's, which may not be installed yet. */
async function namespaceOf({ options, client }: Session): Promise<string> {
  if (options.heraldNamespace !== undefined) return options.heraldNamespace;
  return options.files.length > 0 ? usualNamespace : locateInstallation(client());
}
