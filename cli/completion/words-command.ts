import { namespaceResource } from '../../shared/api/namespace.ts';
import { keyOf } from '../../shared/api/object-meta.ts';
import { serviceResource } from '../../shared/api/service.ts';
import type { Command, Session } from '../command.ts';
import { listAll } from '../kube/list-all.ts';
import { type Candidate, type Completion, complete } from './candidates.ts';
import { defaultDirective, noFilesDirective, wordsCommandName } from './scripts.ts';

/**
 * What shells and kubectl ask for candidates, by the convention of cobra: one a line with its description behind a tab,
 * and the directive behind a colon at last. The words are the operands.
 */
export function wordsCommand(commands: readonly Command[]): Command {
  return {
    name: wordsCommandName,
    summary: '',
    operands: '[WORD...]',
    operandCount: { min: 0, max: Number.POSITIVE_INFINITY },
    options: [],
    hidden: true,
    run: async (session) => {
      const words = session.options.operands;
      const completion = complete(words, commands);
      const found = await candidatesOf(completion, words.at(-1) ?? '', session);
      const directive = completion.type === 'files' ? defaultDirective : noFilesDirective;
      const lines = found.map(({ value, description }) => (description === '' ? value : `${value}\t${description}`));
      return { report: { candidates: found, directive }, lines: [...lines, `:${directive}`], exitCode: 0 };
    },
  };
}

async function candidatesOf(completion: Completion, last: string, session: Session): Promise<readonly Candidate[]> {
  switch (completion.type) {
    case 'candidates':
      return completion.candidates;
    case 'files':
      return [];
    case 'services':
    case 'namespaces': {
      const names = completion.type === 'services' ? await services(session) : await namespaces(session);
      const values = names.map((name) => completion.prefix + name).filter((value) => value.startsWith(last));
      return values.map((value) => ({ value, description: '' }));
    }
  }
}

/** Those of type LoadBalancer: of the namespace by their names, of others with it. */
async function services({ client, options, contextNamespace }: Session): Promise<readonly string[]> {
  const namespace = options.namespace ?? contextNamespace();
  const all = await listAll(client(), serviceResource, { namespace: '' });
  return all
    .filter(({ type }) => type === 'LoadBalancer')
    .map(({ meta }) => (meta.namespace === namespace ? meta.name : keyOf(meta)))
    .sort();
}

async function namespaces({ client }: Session): Promise<readonly string[]> {
  const all = await listAll(client(), namespaceResource, { namespace: '' });
  return all.map(({ meta }) => meta.name).sort();
}
