import { type JsonObject, readObject, readObjects, readStrings, readText } from '../../shared/api/json.ts';
import { goFlags } from '../go-flags.ts';

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
    flags: goFlags(readStrings(container, 'args')),
    environment: new Map(
      readObjects(container, 'env').map((each) => [readText(each, 'name'), readText(each, 'value')]),
    ),
  };
}
