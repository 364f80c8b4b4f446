import { type Document, isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import { configMapResource } from '../../shared/api/config-map.ts';
import { isJsonObject, type JsonObject, readObjects, readText } from '../../shared/api/json.ts';
import { CommandError } from '../command-error.ts';

/** What there is to migrate. */
export interface SourceObjects {
  /** For messages: a file's name, or `namespace metallb-system`. */
  readonly name: string;
  readonly objects: readonly JsonObject[];
  /** Line of the file in which the YAML in a ConfigMap begins; undefined where it is not known, or is the first. */
  readonly configLine: number | undefined;
  /** What could not be read, and why. */
  readonly unreadable: readonly string[];
}

/**
 * The objects of a file: manifests of any kind, also in a List, or the bare YAML that stands in a v0.12 ConfigMap.
 * @throws CommandError with line and column
 */
export function objectsOfText(name: string, text: string): SourceObjects {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines });
  if ('empty' in documents) return { name, objects: [bareConfig('')], configLine: undefined, unreadable: [] };
  if (!isManifest(text, documents)) return { name, objects: [bareConfig(text)], configLine: undefined, unreadable: [] };
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    const why = error.message.replace(/ at line \d+, column \d+:[\s\S]*$/, '');
    throw new CommandError('Unreadable', `cannot read ${name}: ${why} (line ${line}, column ${col})`);
  }
  const objects = documents.flatMap((document): readonly JsonObject[] => {
    const value: unknown = document.toJS();
    if (!isJsonObject(value)) return [];
    return readText(value, 'kind').endsWith('List') ? readObjects(value, 'items') : [value];
  });
  const starts = documents.flatMap(({ contents }) => {
    const scalar = isMap(contents) ? contents.getIn(['data', 'config'], true) : undefined;
    return isScalar(scalar) && scalar.range ? [lines.linePos(scalar.range[0]).line + 1] : [];
  });
  return { name, objects, configLine: starts.length === 1 ? starts[0] : undefined, unreadable: [] };
}

/** What can't be read as YAML is taken by its looks. */
function isManifest(text: string, documents: readonly Document.Parsed[]): boolean {
  if (documents.some(({ contents }) => isMap(contents) && contents.has('kind'))) return true;
  return documents.some(({ errors }) => errors.length > 0) && /^\s*("kind"|kind)\s*:/m.test(text);
}

/** Of several files. */
export function joinSources(sources: readonly SourceObjects[]): SourceObjects {
  const lines = sources.flatMap(({ configLine }) => configLine ?? []);
  return {
    name: sources.map(({ name }) => name).join(', '),
    objects: sources.flatMap(({ objects }) => objects),
    configLine: lines.length === 1 ? lines[0] : undefined,
    unreadable: sources.flatMap(({ unreadable }) => unreadable),
  };
}

function bareConfig(text: string): JsonObject {
  return { kind: configMapResource.kind, metadata: { name: 'config' }, data: { config: text } };
}
