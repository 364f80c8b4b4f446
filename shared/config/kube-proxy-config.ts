import type { ConfigMap } from '../api/config-map.ts';
import { parseYaml, type YamlMap, type YamlValue } from './yaml-document.ts';

/** Where kubeadm keeps kube-proxy's configuration. */
export const kubeProxyConfigMapName = { namespace: 'kube-system', name: 'kube-proxy' } as const;
/** A KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1), YAML in a string. */
const key = 'config.conf';

/** What Herald uses of a KubeProxyConfiguration. */
export interface KubeProxyConfig {
  /** '' is the default, iptables on Linux. */
  readonly mode: string;
  /** Undefined where it does not stand there, which means no. */
  readonly strictArp: boolean | undefined;
}

/** Undefined where the ConfigMap holds no configuration that can be read: then it is not kubeadm's. */
export function readKubeProxyConfig({ data }: ConfigMap): KubeProxyConfig | undefined {
  const text = data[key];
  const parsed = text === undefined ? undefined : parseYaml(text);
  const root = parsed?.ok === true ? mapOf(parsed.document.root) : undefined;
  if (root === undefined) return undefined;
  const strictArp = textOf(mapOf(root['ipvs'])?.['strictARP']);
  return { mode: textOf(root['mode']) ?? '', strictArp: strictArp === undefined ? undefined : strictArp === 'true' };
}

function mapOf(value: YamlValue | undefined): YamlMap | undefined {
  return value === undefined || isScalar(value) || isList(value) ? undefined : value;
}

function textOf(value: YamlValue | undefined): string | undefined {
  return value !== undefined && isScalar(value) ? value.text : undefined;
}

function isScalar(value: YamlValue): value is Extract<YamlValue, { readonly text: string; readonly plain: boolean }> {
  return 'plain' in value && typeof value.plain === 'boolean';
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}
