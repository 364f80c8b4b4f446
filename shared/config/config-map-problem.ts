import { shortText } from '../net/quoted-text.ts';
import type { Finding } from './model.ts';
import type { YamlPath } from './yaml-document.ts';

/** Something wrong at a place in the ConfigMap's YAML; `text` names the value and the remedy. */
export interface ConfigMapProblem {
  readonly severity: Finding['severity'];
  readonly path: YamlPath;
  readonly text: string;
  /** Where a scalar has a place of its own: the key is at fault, not its value. */
  readonly atKey?: boolean;
}

export function errorAt(path: YamlPath, text: string): ConfigMapProblem {
  return { severity: 'error', path, text };
}

/** `config.address-pools[0].addresses[1]`: the key of the ConfigMap, then the way through its YAML. */
export function pathText(path: YamlPath): string {
  return path.reduce<string>(
    (text, step) => text + (typeof step === 'number' ? `[${step}]` : `.${shortText(step)}`),
    'config',
  );
}
