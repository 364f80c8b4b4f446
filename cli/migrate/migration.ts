import { parseDocument } from 'yaml';
import { type ConfigMap, configMapResource } from '../../shared/api/config-map.ts';
import { isJsonObject, type JsonObject, readObject, readStrings, readText } from '../../shared/api/json.ts';
import { compareText } from '../../shared/config/finding-text.ts';
import { contentOfConfigMap } from '../../shared/config/from-config-map.ts';
import { CommandError } from '../command-error.ts';
import { chartValues } from './chart-values.ts';
import { draftsOfConfigMap } from './config-map-drafts.ts';
import type { Draft, ValuesDraft } from './draft.ts';
import { withFindings } from './draft-findings.ts';
import { draftsOfMetallb } from './metallb-drafts.ts';
import { addressPoolKind, sharedKinds } from './metallb-kinds.ts';
import { metallbProgram } from './program-arguments.ts';
import type { SourceObjects } from './source-objects.ts';

export interface Migration {
  /** What it was made from. */
  readonly from: string;
  /** Herald's. */
  readonly namespace: string;
  readonly drafts: readonly Draft[];
  readonly values: ValuesDraft;
  /** What is not carried over and has no place in the objects. */
  readonly notes: readonly string[];
}

/** Of v0.12, as its manifests have it. */
const configMapName = 'config';
const configMapKey = 'config';
const exclusionsKey = 'excludel2.yaml';
/** Written by MetalLB, and by Herald anew. */
const statuses: readonly string[] = ['ServiceL2Status', 'ServiceBGPStatus', 'ConfigurationState'];

/**
 * What Herald needs to do as MetalLB did: its custom resources, or else its ConfigMap, in Herald's namespace.
 * @throws CommandError where there is nothing, or where the ConfigMap can't be read
 */
export function migrationOf(source: SourceObjects, namespace: string): Migration {
  const { objects } = source;
  const resources = objects.filter(isMetallbResource);
  const configMap = configMapOf(objects);
  const programs = objects
    .flatMap((object) => metallbProgram(object) ?? [])
    .toSorted((a, b) => compareText(a.program, b.program));
  const exclusions = objects.find((object) => hasKey(object, exclusionsKey));
  const notes: string[] = [];
  if (resources.length > 0 && configMap !== undefined) {
    notes.push(`${describe(configMap)} is not carried over: MetalLB does not read it where its custom resources are`);
  }
  const drafts =
    resources.length > 0 || configMap === undefined
      ? draftsOfMetallb(resources, namespace)
      : draftsOfConfigMap(readContent(configMap, source), namespace);
  if (drafts.length === 0 && configMap === undefined) {
    const what = 'neither a pool nor another resource of MetalLB, nor the ConfigMap of v0.12';
    const advice = 'name its namespace by --from, or a file by -f';
    throw new CommandError('NotFound', `cannot migrate ${source.name}: it has ${what}; ${advice}`);
  }
  return {
    from:
      resources.length > 0 || configMap === undefined ? `MetalLB in ${source.name}` : `the ConfigMap in ${source.name}`,
    namespace,
    drafts: withFindings(drafts, namespace),
    values: chartValues(programs, exclusions === undefined ? undefined : excludedInterfaces(exclusions, notes)),
    notes: [
      ...source.unreadable,
      ...notes,
      ...leftNotes(objects.filter((object) => object !== configMap && object !== exclusions)),
    ],
  };
}

/** That of v0.12: any namespace has others, such as kube-root-ca.crt. */
function configMapOf(objects: readonly JsonObject[]): JsonObject | undefined {
  const others = objects.filter((object) => isConfigMap(object) && !hasKey(object, exclusionsKey));
  const named = others.find((object) => readText(readObject(object, 'metadata'), 'name') === configMapName);
  return named ?? others.find((object) => hasKey(object, configMapKey));
}

/** The ConfigMap's content. @throws CommandError with all findings, each with line and column */
function readContent(object: JsonObject, { name, configLine }: SourceObjects) {
  const configMap: ConfigMap = configMapResource.parse(object);
  const { content, findings } = contentOfConfigMap(configMap);
  if (content !== undefined) return content;
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ message }) => `  ${message}`);
  const where =
    configLine === undefined ? '' : ` (lines count from its key config, whose first is line ${configLine} of the file)`;
  throw new CommandError('Invalid', `cannot migrate ${name}: mend this first${where}:\n${errors.join('\n')}`);
}

function excludedInterfaces(object: JsonObject, notes: string[]): readonly string[] | undefined {
  const document = parseDocument(readText(readObject(object, 'data'), exclusionsKey));
  const [error] = document.errors;
  const value: unknown = error === undefined ? document.toJS() : undefined;
  if (isJsonObject(value)) return readStrings(value, 'announcedInterfacesToExclude');
  const why = error === undefined ? 'is no list of interfaces' : `can not be read: ${error.message.split('\n')[0]}`;
  notes.push(`${describe(object)} is not carried over: ${exclusionsKey} ${why}`);
  return undefined;
}

/** Kinds that no part of Herald reads. */
function leftNotes(objects: readonly JsonObject[]): readonly string[] {
  return objects
    .filter((object) => !isMetallbResource(object) && metallbProgram(object) === undefined)
    .filter((object) => !statuses.includes(readText(object, 'kind')))
    .map((object) => `${describe(object)} is not carried over: ${whyLeft(object)}`)
    .toSorted();
}

function whyLeft(object: JsonObject): string {
  if (hasKey(object, configMapKey)) return 'only one ConfigMap is read';
  const isMemberlist = object['kind'] === 'Secret' && describe(object).endsWith('memberlist');
  return isMemberlist ? 'Herald makes the key of its pulses itself' : 'Herald reads no such object';
}

function isMetallbResource(object: JsonObject): boolean {
  const kind = readText(object, 'kind');
  return kind === addressPoolKind || sharedKinds.some((shared) => shared.kind === kind);
}

function isConfigMap(object: JsonObject): boolean {
  return object['kind'] === configMapResource.kind;
}

function hasKey(object: JsonObject, key: string): boolean {
  return isConfigMap(object) && readObject(object, 'data')[key] !== undefined;
}

function describe(object: JsonObject): string {
  const metadata = readObject(object, 'metadata');
  const namespace = readText(metadata, 'namespace');
  return `${readText(object, 'kind')} ${namespace === '' ? '' : `${namespace}/`}${readText(metadata, 'name')}`;
}
