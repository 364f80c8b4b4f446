import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import type { TokenUser } from './http/access-review.ts';
import { isMap, listAt, stringAt } from './schema/json-value.ts';
import { startApiServer } from './server.ts';

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    'data-folder': { type: 'string' },
    'unix-socket': { type: 'string' },
    'tokens-file': { type: 'string' },
  },
});

const tokensFile = values['tokens-file'];
const dataFolder = values['data-folder'];
const unixSocket = values['unix-socket'];
const server = await startApiServer({
  host: values.host,
  port: Number(values.port),
  ...(dataFolder === undefined ? {} : { dataFolder }),
  ...(unixSocket === undefined ? {} : { unixSocket }),
  ...(tokensFile === undefined ? {} : { tokens: readTokens(tokensFile) }),
});
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdout.write(`${JSON.stringify({ listening: server.url })}\n`);

function stop(): void {
  void server.close();
}

/** A YAML or JSON map: token → name, or token → `{name, groups: [], denied: ["verb resource"]}`. */
function readTokens(path: string): ReadonlyMap<string, TokenUser> {
  const file: unknown = parseYaml(readFileSync(path, 'utf8'));
  if (!isMap(file)) throw new Error(`cannot read tokens from ${path}: it is no map`);
  return new Map(
    Object.entries(file).map(([token, user]) => [
      token,
      isMap(user)
        ? {
            name: stringAt(user, ['name']),
            denied: listAt(user, ['denied']).map(String),
            ...(user['groups'] === undefined ? {} : { groups: listAt(user, ['groups']).map(String) }),
          }
        : { name: String(user) },
    ]),
  );
}
