import type { Node } from '../../shared/api/node.ts';
import type { StrictArpFault } from '../../shared/api/strict-arp.ts';
import type { KubeProxyConfig } from '../../shared/config/kube-proxy-config.ts';

/** Labels of nodes on which a server of k3s or RKE2 runs; on the others it is an agent. */
const serverLabels = ['control-plane', 'master', 'etcd'].map((role) => `node-role.kubernetes.io/${role}`);
const restartKubeadm = 'kubectl rollout restart daemonset kube-proxy -n kube-system';

export interface RemedyInput {
  readonly node: Node | undefined;
  readonly fault: StrictArpFault;
  /** Of kubeadm's ConfigMap; undefined where there is none. */
  readonly config: KubeProxyConfig | undefined;
}

/**
 * The command that makes a node silent about addresses that it does not announce. The node tells its distribution by
 * its kubelet's version (`+k3s1`, `+rke2r1`, `+k0s`), its image or its label; where it tells none, kubeadm's ConfigMap does.
 */
export function remedyFor({ node, fault, config }: RemedyInput): string {
  if (isLeftOver(fault, config)) return 'on the node: ip link delete kube-ipvs0 (kube-proxy no longer uses it)';
  const remedy = node === undefined ? undefined : distributionRemedy(node);
  if (remedy !== undefined) return remedy;
  if (config !== undefined) return kubeadm(config);
  return (
    "set ipvs.strictARP: true in kube-proxy's configuration, or on the node: " +
    'sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2'
  );
}

function distributionRemedy(node: Node): string | undefined {
  const { kubeletVersion: version, osImage, meta } = node;
  if (version.includes('+k3s')) return rancher('k3s', isServer(node) ? 'k3s' : 'k3s-agent');
  if (version.includes('+rke2')) return rancher('rke2', isServer(node) ? 'rke2-server' : 'rke2-agent');
  // It makes the ConfigMap of kube-proxy from its own configuration (docs.k0sproject.io).
  if (version.includes('+k0s')) {
    return (
      "set spec.network.kubeProxy.ipvs.strictARP: true in k0s's configuration, and on each controller: " +
      'systemctl restart k0scontroller'
    );
  }
  if (osImage.startsWith('Talos')) return talos(node.internalIPs[0] ?? meta.name);
  if (meta.labels['microk8s.io/cluster'] === 'true') {
    return (
      'on the node: echo --ipvs-strict-arp=true >> /var/snap/microk8s/current/args/kube-proxy && ' +
      'snap restart microk8s.daemon-kubelite'
    );
  }
  return undefined;
}

/** It has no shell; its machine configuration sets the sysctls without a restart (docs.siderolabs.com). */
function talos(address: string): string {
  const sysctls = { 'net.ipv4.conf.all.arp_ignore': '1', 'net.ipv4.conf.all.arp_announce': '2' };
  return `talosctl patch machineconfig --nodes ${address} --patch '${JSON.stringify({ machine: { sysctls } })}'`;
}

/** The device of another mode that was in use before. Where kube-proxy itself does not say its mode, kubeadm's does. */
function isLeftOver({ proxyMode }: StrictArpFault, config: KubeProxyConfig | undefined): boolean {
  if (proxyMode !== '') return proxyMode !== 'ipvs';
  return config !== undefined && config.mode !== 'ipvs';
}

function isServer(node: Node): boolean {
  return serverLabels.some((label) => node.meta.labels[label] !== undefined);
}

/** `+` appends to what other files give; those of the folder are read after config.yaml (docs.k3s.io, docs.rke2.io). */
function rancher(product: string, service: string): string {
  const folder = `/etc/rancher/${product}/config.yaml.d`;
  return (
    `on the node: mkdir -p ${folder} && echo 'kube-proxy-arg+: ["ipvs-strict-arp=true"]' > ${folder}/strict-arp.yaml ` +
    `&& systemctl restart ${service}`
  );
}

function kubeadm({ strictArp }: KubeProxyConfig): string {
  switch (strictArp) {
    case true:
      return `${restartKubeadm} (its ConfigMap has ipvs.strictARP: true, which is not in force yet)`;
    case false:
      return (
        'kubectl get configmap kube-proxy -n kube-system -o yaml | ' +
        `sed -e 's/strictARP: false/strictARP: true/' | kubectl apply -f - && ${restartKubeadm}`
      );
    case undefined:
      return (
        'kubectl edit configmap kube-proxy -n kube-system, where config.conf wants strictARP: true below ipvs:, ' +
        `and ${restartKubeadm}`
      );
  }
}
