import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../../support/source-tree.ts';
import { copiedFromContext, imageConfig, stagesOf } from './dockerfile.ts';

const read = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');
const stages = stagesOf(read('Dockerfile'));

test('the Dockerfile has two stages, and the last one says how the image runs', () => {
  assert.equal(stages.length, 2);
  assert.deepEqual(imageConfig(stages.at(-1) ?? []), {
    entrypoint: ['/usr/bin/node'],
    workingDirectory: '/app',
    env: { NODE_ENV: 'production' },
    user: { uid: 65532, gid: 65532 },
  });
  const copied = stages.at(-1)?.filter(({ name }) => name === 'COPY');
  assert.deepEqual(copied, [{ name: 'COPY', rest: '--from=build /image /' }]);
});

test('all that the first stage copies is in the context that .dockerignore leaves', () => {
  const copied = copiedFromContext(stages[0] ?? []);
  assert.deepEqual(copied, [
    ...['package.json', 'package-lock.json', 'tsconfig.json', 'LICENSE'],
    ...['scripts', 'shared', 'controller', 'speaker', 'cli'],
  ]);
  const kept = read('.dockerignore').split('\n');
  assert.deepEqual(
    copied.filter((source) => !kept.includes(`!${source}`)),
    [],
  );
});

for (const [what, text, message] of [
  ['without USER', 'FROM scratch\nENTRYPOINT ["/a"]\nWORKDIR /', /last stage has 0 of USER/],
  ['with a user by name', 'FROM scratch\nUSER herald', /USER herald is not UID:GID/],
] as const) {
  test(`a final stage ${what} is refused`, () => {
    assert.throws(() => imageConfig(stagesOf(text)[0] ?? []), message);
  });
}

test('continued lines are one instruction, and comments are none', () => {
  assert.deepEqual(stagesOf('FROM a\n# no\nLABEL x=1 \\\n      y=2\nCOPY --from=b /c /d\n'), [
    [
      { name: 'FROM', rest: 'a' },
      { name: 'LABEL', rest: 'x=1 y=2' },
      { name: 'COPY', rest: '--from=b /c /d' },
    ],
  ]);
});
