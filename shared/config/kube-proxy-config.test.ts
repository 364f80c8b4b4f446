import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configMapResource } from '../api/config-map.ts';
import { type KubeProxyConfig, readKubeProxyConfig } from './kube-proxy-config.ts';

const kubeadm = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
bindAddress: 0.0.0.0
ipvs:
  excludeCIDRs: null
  scheduler: ""
  strictARP: false
  syncPeriod: 0s
kind: KubeProxyConfiguration
metricsBindAddress: ""
mode: "ipvs"
`;

const rows: readonly { name: string; data: Readonly<Record<string, string>>; read: KubeProxyConfig | undefined }[] = [
  { name: 'as kubeadm writes it', data: { 'config.conf': kubeadm }, read: { mode: 'ipvs', strictArp: false } },
  {
    name: 'with strict ARP',
    data: { 'config.conf': kubeadm.replace('strictARP: false', 'strictARP: true') },
    read: { mode: 'ipvs', strictArp: true },
  },
  {
    name: 'without the key, and without a mode',
    data: { 'config.conf': 'kind: KubeProxyConfiguration\nipvs: null\nmode: ""\n' },
    read: { mode: '', strictArp: undefined },
  },
  { name: 'without config.conf', data: { 'kubeconfig.conf': '{}' }, read: undefined },
  { name: 'that is no YAML', data: { 'config.conf': 'mode: [' }, read: undefined },
  { name: 'that is no map', data: { 'config.conf': '- ipvs' }, read: undefined },
  { name: 'that is a text', data: { 'config.conf': 'ipvs' }, read: undefined },
  { name: 'that is empty', data: { 'config.conf': '' }, read: undefined },
];

describe('kube-proxy’s ConfigMap', () => {
  for (const { name, data, read } of rows) {
    test(name, () => {
      const json = { metadata: { namespace: 'kube-system', name: 'kube-proxy' }, data };
      assert.deepEqual(readKubeProxyConfig(configMapResource.parse(json)), read);
    });
  }
});
