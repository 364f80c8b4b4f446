import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../shared/api/json.ts';
import { nodeResource } from '../../shared/api/node.ts';
import type { StrictArpFault } from '../../shared/api/strict-arp.ts';
import type { KubeProxyConfig } from '../../shared/config/kube-proxy-config.ts';
import { remedyFor } from './remedy.ts';

interface Row {
  readonly name: string;
  readonly labels?: JsonObject;
  readonly kubeletVersion?: string;
  readonly osImage?: string;
  readonly fault?: StrictArpFault;
  readonly config?: KubeProxyConfig;
  readonly remedy: string;
}

const ipvs: StrictArpFault = { policy: 'warn', proxyMode: 'ipvs' };
const restart = 'kubectl rollout restart daemonset kube-proxy -n kube-system';

const rows: readonly Row[] = [
  {
    name: 'kubeadm',
    config: { mode: 'ipvs', strictArp: false },
    remedy: `kubectl get configmap kube-proxy -n kube-system -o yaml | sed -e 's/strictARP: false/strictARP: true/' | kubectl apply -f - && ${restart}`,
  },
  {
    name: 'kubeadm, where the key is missing',
    config: { mode: 'ipvs', strictArp: undefined },
    remedy: `kubectl edit configmap kube-proxy -n kube-system, where config.conf wants strictARP: true below ipvs:, and ${restart}`,
  },
  {
    name: 'kubeadm, where it stands there and is not in force',
    config: { mode: 'ipvs', strictArp: true },
    remedy: `${restart} (its ConfigMap has ipvs.strictARP: true, which is not in force yet)`,
  },
  {
    name: 'a server of k3s',
    kubeletVersion: 'v1.32.1+k3s1',
    labels: { 'node-role.kubernetes.io/control-plane': 'true' },
    remedy: `on the node: mkdir -p /etc/rancher/k3s/config.yaml.d && echo 'kube-proxy-arg+: ["ipvs-strict-arp=true"]' > /etc/rancher/k3s/config.yaml.d/strict-arp.yaml && systemctl restart k3s`,
  },
  {
    name: 'an agent of k3s',
    kubeletVersion: 'v1.32.1+k3s1',
    remedy: `on the node: mkdir -p /etc/rancher/k3s/config.yaml.d && echo 'kube-proxy-arg+: ["ipvs-strict-arp=true"]' > /etc/rancher/k3s/config.yaml.d/strict-arp.yaml && systemctl restart k3s-agent`,
  },
  {
    name: 'a server of RKE2 that holds etcd alone',
    kubeletVersion: 'v1.31.4+rke2r1',
    labels: { 'node-role.kubernetes.io/etcd': 'true' },
    remedy: `on the node: mkdir -p /etc/rancher/rke2/config.yaml.d && echo 'kube-proxy-arg+: ["ipvs-strict-arp=true"]' > /etc/rancher/rke2/config.yaml.d/strict-arp.yaml && systemctl restart rke2-server`,
  },
  {
    name: 'an agent of RKE2',
    kubeletVersion: 'v1.31.4+rke2r1',
    remedy: `on the node: mkdir -p /etc/rancher/rke2/config.yaml.d && echo 'kube-proxy-arg+: ["ipvs-strict-arp=true"]' > /etc/rancher/rke2/config.yaml.d/strict-arp.yaml && systemctl restart rke2-agent`,
  },
  {
    name: 'MicroK8s',
    labels: { 'microk8s.io/cluster': 'true' },
    remedy:
      'on the node: echo --ipvs-strict-arp=true >> /var/snap/microk8s/current/args/kube-proxy && snap restart microk8s.daemon-kubelite',
  },
  {
    name: 'k0s, which makes the ConfigMap from its own configuration',
    kubeletVersion: 'v1.31.5+k0s',
    config: { mode: 'ipvs', strictArp: false },
    remedy:
      "set spec.network.kubeProxy.ipvs.strictARP: true in k0s's configuration, and on each controller: systemctl restart k0scontroller",
  },
  {
    name: 'Talos',
    osImage: 'Talos (v1.9.3)',
    remedy: `talosctl patch machineconfig --nodes 192.0.2.7 --patch '{"machine":{"sysctls":{"net.ipv4.conf.all.arp_ignore":"1","net.ipv4.conf.all.arp_announce":"2"}}}'`,
  },
  {
    name: 'another distribution',
    remedy:
      "set ipvs.strictARP: true in kube-proxy's configuration, or on the node: sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2",
  },
  {
    name: 'a device that another mode left behind',
    fault: { policy: 'warn', proxyMode: 'nftables' },
    config: { mode: 'nftables', strictArp: false },
    remedy: 'on the node: ip link delete kube-ipvs0 (kube-proxy no longer uses it)',
  },
  {
    name: 'a device left behind, by the ConfigMap where kube-proxy does not say',
    fault: { policy: 'warn', proxyMode: '' },
    config: { mode: '', strictArp: undefined },
    remedy: 'on the node: ip link delete kube-ipvs0 (kube-proxy no longer uses it)',
  },
];

describe('the remedy', () => {
  for (const { name, labels = {}, kubeletVersion = 'v1.32.0', osImage = 'Linux', ...row } of rows) {
    test(name, () => {
      const node = nodeResource.parse({
        metadata: { name: 'node-a', labels },
        status: {
          addresses: [{ type: 'InternalIP', address: '192.0.2.7' }],
          nodeInfo: { kubeletVersion, osImage },
        },
      });
      assert.equal(remedyFor({ node, fault: row.fault ?? ipvs, config: row.config }), row.remedy);
    });
  }
});
