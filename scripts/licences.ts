import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asObject, readString } from '../shared/api/json.ts';

/** A package that the bundles carry. */
export interface Licence {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  readonly text: string;
}

/** By the input files of the bundles: who wrote them, and on which terms. */
export function licencesOf(inputs: readonly string[], modules: string): readonly Licence[] {
  const names = new Set(inputs.flatMap((input) => packageOf(input) ?? []));
  return [...names].sort().map((name) => read(join(modules, name)));
}

/** Of `node_modules/a/node_modules/@b/c/x.js` it is `a/node_modules/@b/c`. */
function packageOf(input: string): string | undefined {
  return /^(?:.*?\/)?node_modules\/((?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
}

function read(folder: string): Licence {
  const manifest = asObject(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const file = existsSync(folder) ? readdirSync(folder).find((each) => /^(licen[cs]e|copying)/i.test(each)) : undefined;
  return {
    name: readString(manifest, 'name') ?? folder,
    version: readString(manifest, 'version') ?? '',
    licence: readString(manifest, 'license') ?? 'unknown',
    text: file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim(),
  };
}

/** Why it may not be carried; undefined where it may. */
export function refusedLicence({ name, licence }: Licence): string | undefined {
  const permissive = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'Unlicense'];
  const terms = licence.replace(/[()]/g, '').split(' OR ');
  return terms.some((term) => permissive.includes(term)) ? undefined : `${name}: ${licence}`;
}

export function licencesText(licences: readonly Licence[]): string {
  const line = '-'.repeat(80);
  return licences
    .map(({ name, version, licence, text }) => `${line}\n${name} ${version}: ${licence}\n\n${text}\n`)
    .join('\n');
}
