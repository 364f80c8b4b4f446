import { type JsonObject, readObject, readObjects, readStrings, readText } from '../../shared/api/json.ts';

/** One of MetalLB's programs, as its Deployment or DaemonSet runs it. */
export interface MetallbProgram {
  readonly program: 'controller' | 'speaker';
  /** `spec.template.spec`. */
  readonly pod: JsonObject;
  /** Flags by name, without dashes; a flag without a value is `true`. */
  readonly flags: ReadonlyMap<string, string>;
  /** Variables that have a literal value; those that are filled in at run time are ''. */
  readonly environment: ReadonlyMap<string, string>;
}

/** Flags that take no value of their own. */
const switches: readonly string[] = [
  'ignore-exclude-lb',
  'ml-wan-config',
  'disable-cert-rotation',
  'webhook-http2',
  'enable-pprof',
  'frrk8s-secret-passthrough',
];

/** What a Deployment or DaemonSet runs of MetalLB; undefined for any other object. */
export function metallbProgram(object: JsonObject): MetallbProgram | undefined {
  const pod = readObject(readObject(readObject(object, 'spec'), 'template'), 'spec');
  const wanted = object['kind'] === 'DaemonSet' ? 'speaker' : 'controller';
  if (object['kind'] !== 'DaemonSet' && object['kind'] !== 'Deployment') return undefined;
  const container = readObjects(pod, 'containers').find((each) => each['name'] === wanted);
  if (container === undefined) return undefined;
  return {
    program: wanted,
    pod,
    flags: flagsIn(readStrings(container, 'args')),
    environment: new Map(
      readObjects(container, 'env').map((each) => [readText(each, 'name'), readText(each, 'value')]),
    ),
  };
}

/** As Go reads them: `-name=value`, `--name=value`, `--name value`. */
function flagsIn(args: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const [index, argument] of args.entries()) {
    const [, name, value] = /^--?([^-=][^=]*)(?:=(.*))?$/.exec(argument) ?? [];
    if (name === undefined) continue;
    const next = args[index + 1];
    const separate = switches.includes(name) || next === undefined || next.startsWith('-') ? 'true' : next;
    flags.set(name, value ?? separate);
  }
  return flags;
}
