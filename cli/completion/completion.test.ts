import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespaceResource } from '../../shared/api/namespace.ts';
import { serviceResource } from '../../shared/api/service.ts';
import { cliSession } from '../../test/support/cli-session.ts';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { commands } from '../commands.ts';
import { complete } from './candidates.ts';
import { completionScript, completionTargets } from './scripts.ts';

/** The lines that shells and kubectl read. */
async function answer(words: readonly string[]): Promise<readonly string[]> {
  const api = new FakeApiClient();
  for (const name of ['shop', 'default']) api.put(namespaceResource, { metadata: { name } });
  for (const [namespace, name, type] of [
    ['default', 'web', 'LoadBalancer'],
    ['default', 'internal', 'ClusterIP'],
    ['shop', 'api', 'LoadBalancer'],
  ]) {
    api.put(serviceResource, {
      metadata: { namespace: namespace ?? '', name: name ?? '' },
      spec: { type: type ?? '' },
    });
  }
  const session = cliSession(commands, ['__complete', ...words], {
    client: () => api,
    contextNamespace: () => 'default',
  });
  const outcome = await commands.find(({ name }) => name === session.options.command)?.run(session);
  return outcome?.lines.map((line) => line.split('\t')[0] ?? '') ?? [];
}

const cases = [
  { words: ['s'], lines: ['status', ':4'] },
  { words: ['comp'], lines: ['completion', ':4'] },
  { words: ['--ku'], lines: ['--kubeconfig', ':4'] },
  { words: ['status', '--wa'], lines: ['--watch', ':4'] },
  { words: ['explain', '--wa'], lines: [':4'] },
  { words: ['-o', 'json', 'comp'], lines: ['completion', ':4'] },
  { words: ['status', '-o', ''], lines: ['text', 'json', 'yaml', ':4'] },
  { words: ['status', '--output=j'], lines: ['--output=json', ':4'] },
  { words: ['completion', 'z'], lines: ['zsh', ':4'] },
  { words: ['explain', ''], lines: ['shop/api', 'web', ':4'] },
  { words: ['explain', '-n', 'shop', ''], lines: ['api', 'default/web', ':4'] },
  { words: ['explain', 'w'], lines: ['web', ':4'] },
  { words: ['explain', 'web', ''], lines: [':4'] },
  { words: ['explain', '-n', 's'], lines: ['shop', ':4'] },
  { words: ['explain', '--namespace=d'], lines: ['--namespace=default', ':4'] },
  { words: ['plan', '-f', ''], lines: [':0'] },
  { words: ['nonsense', ''], lines: [':4'] },
];

for (const { words, lines } of cases) {
  test(`kubectl herald ${words.join(' ')}⇥ is completed by ${lines.slice(0, -1).join(', ') || 'nothing'}`, async () => {
    assert.deepEqual(await answer(words), lines);
  });
}

test('with no word at all, every command is offered but those for programs', () => {
  const completion = complete(
    [''],
    commands.filter(({ hidden }) => hidden !== true),
  );
  assert.ok(completion.type === 'candidates');
  assert.deepEqual(
    completion.candidates.map(({ value }) => value),
    ['explain', 'status', 'doctor', 'plan', 'migrate', 'completion'],
  );
});

for (const target of completionTargets) {
  test(`the script for ${target} asks the program for candidates`, () => {
    const script = completionScript(target);
    assert.ok(script.some((line) => line.includes(' __complete ')));
    assert.equal(script.at(-1)?.trim(), script.at(-1));
  });
}
