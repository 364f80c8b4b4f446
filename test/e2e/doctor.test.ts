import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { asObject, type JsonObject, readObjects, readStrings, readText } from '../../shared/api/json.ts';
import { kubeconfigText } from '../cluster/api/access.ts';
import { applyManifests } from '../cluster/api/apply.ts';
import { kubectlHerald } from '../cluster/api/kubectl-herald.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { waitForAddresses } from '../cluster/api/service-addresses.ts';
import { type Cluster, heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { serviceAccountUser } from '../cluster/role-based-access.ts';
import { clusterSuite } from './cluster-suite.ts';

const image = 'herald-lb:0.1.0';

/** The workloads as the chart installs them, of which nothing here runs; and what a user applies. */
const installation = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: herald-controller
  namespace: herald-system
  labels: { app.kubernetes.io/name: herald, app.kubernetes.io/component: controller }
spec:
  selector: { matchLabels: { app: herald } }
  template:
    metadata: { labels: { app: herald } }
    spec:
      serviceAccountName: herald-controller
      containers: [{ name: controller, image: "${image}", args: [controller.mjs, --config=config] }]
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: herald-speaker
  namespace: herald-system
  labels: { app.kubernetes.io/name: herald, app.kubernetes.io/component: speaker }
spec:
  selector: { matchLabels: { app: herald } }
  template:
    metadata: { labels: { app: herald } }
    spec:
      serviceAccountName: herald-speaker
      containers: [{ name: speaker, image: "${image}", args: [speaker.mjs, --config=config] }]
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: lan, namespace: herald-system }
spec: { addresses: [192.168.10.90-192.168.10.100] }
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: all, namespace: herald-system }
spec: { ipAddressPools: [lan] }
`;

/** What a user can do wrong with manifests. */
const mistakes = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: small, namespace: herald-system }
spec: { addresses: [192.168.10.104/30], autoAssign: true, serviceAllocation: { namespaces: [default], serviceSelectors: [{ matchLabels: { tier: small } }] } }
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: wide, namespace: herald-system }
spec: { addresses: [192.168.10.10-192.168.10.20], autoAssign: false }
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: dark, namespace: herald-system }
spec: { addresses: [192.168.10.120-192.168.10.130], autoAssign: false }
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: others, namespace: herald-system }
spec: { ipAddressPools: [small, wide] }
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: dark, namespace: herald-system }
spec: { ipAddressPools: [dark], interfaces: [eth9] }
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: typo, namespace: herald-system }
spec: { ipAddressPools: [lann] }
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: lost, namespace: default }
spec: { addresses: [192.168.10.140/32] }
`;

interface Finding {
  readonly check: string;
  readonly severity: string;
  readonly message: string;
  readonly remedy: string;
  readonly objects: readonly string[];
}

async function doctor(
  cluster: Pick<Cluster, 'kubeconfig'>,
): Promise<{ readonly code: number; readonly findings: readonly Finding[] }> {
  const { code, stdout, stderr } = await kubectlHerald(cluster.kubeconfig, ['doctor', '-o', 'json']);
  assert.equal(stderr, '');
  const findings = readObjects(asObject(JSON.parse(stdout)), 'checks').flatMap((check) =>
    readObjects(check, 'findings').map((finding) => ({
      check: readText(check, 'name'),
      severity: readText(finding, 'severity'),
      message: readText(finding, 'message'),
      remedy: readText(finding, 'remedy'),
      objects: readStrings(finding, 'objects'),
    })),
  );
  return { code, findings };
}

function service(name: string, fields: JsonObject, spec: JsonObject = {}): JsonObject {
  const manifest = loadBalancerService({ name, spec });
  return { ...manifest, metadata: { name, namespace: 'default', ...fields } };
}

async function announced(cluster: Cluster, name: string): Promise<void> {
  await eventually(`${name} announced`, async () => {
    const { status } = await cluster.api.get(`${servicesPath}/${name}`);
    const conditions = readObjects(asObject(status), 'conditions');
    return conditions.some(({ type, status: is }) => type === 'herald/Announced' && is === 'True') || undefined;
  });
}

await clusterSuite(import.meta.filename, { name: 'kubectl herald doctor' }, (cluster) => {
  test('says nothing of a healthy cluster but that it is', async () => {
    const { api, kubeconfig } = cluster();
    await applyManifests(cluster(), installation);
    await api.create(servicesPath, service('web', {}));
    await waitForAddresses(api, 'web', 1);
    await announced(cluster(), 'web');
    const said = { code: 0, stdout: 'all 19 checks passed: 3 nodes, 1 Service\n', stderr: '' };
    // Speakers that have just started may not have heard each other yet.
    await eventually('nothing to say', async () => {
      assert.deepEqual(await kubectlHerald(kubeconfig, ['doctor']), said);
      return true;
    });
  });

  test('says to a user with few permissions what it can not check, and nothing else', async () => {
    const { controlPlane, kubeconfig } = cluster();
    const file = join(dirname(kubeconfig), 'few.kubeconfig');
    writeFileSync(file, kubeconfigText(controlPlane.access(serviceAccountUser('speaker', heraldNamespace))), {
      mode: 0o600,
    });
    const { code, findings } = await doctor({ kubeconfig: file });
    assert.deepEqual([code, ...findings.map(({ check }) => check)], [0, 'access']);
    assert.match(
      findings[0]?.message ?? '',
      /^cannot check .*\bmetallb\b.*: .*customresourcedefinitions.* can not be read/,
    );
  });

  test('finds every planted fault, each once, and nothing else', async () => {
    await plant(cluster());
    const found = await eventually('all findings', async () => {
      const { code, findings } = await doctor(cluster());
      assert.equal(
        findings.length,
        planted.length,
        findings.map(({ check, message }) => `${check}: ${message}`).join('\n'),
      );
      assert.equal(code, 1);
      return findings;
    });
    const text = found.map(({ check, severity, objects }) => `${severity} ${check}: ${objects.join()}`);
    assert.deepEqual(text.toSorted(), planted.toSorted());
    for (const { message, remedy } of found) assert.ok(message !== '' && remedy !== '', message);
  });
});

const planted = [
  'warn custom-resources: CustomResourceDefinition servicebgpstatuses.metallb.io',
  'warn versions: herald-system/herald-controller,herald-system/herald-speaker',
  'fail component-permissions: ServiceAccount herald-system/herald-speaker',
  'fail speakers: Node node-x',
  'fail configuration: L2Advertisement herald-system/typo',
  'warn foreign-objects: IPAddressPool default/lost',
  'warn pools: IPAddressPool herald-system/small',
  'fail pool-addresses: IPAddressPool herald-system/wide',
  'warn external-ips: Service default/thief',
  'fail pending-services: Service default/wishful',
  'fail unannounced: Service default/dark',
  'fail strict-arp: Node node-y',
  'fail pulses: Node node-a,Node node-y',
  'fail kube-proxy: Node node-y',
  'fail conflicts: Service default/web',
  'warn clocks: Node node-y',
  'fail metallb: daemonset metallb-system/speaker',
];

async function plant(cluster: Cluster): Promise<void> {
  const { api } = cluster;
  await applyManifests(cluster, mistakes);
  for (const name of ['small-1', 'small-2', 'small-3']) {
    await api.create(servicesPath, service(name, { labels: { tier: 'small' } }));
    await waitForAddresses(api, name, 1);
  }
  await api.create(servicesPath, service('dark', { annotations: { 'metallb.io/address-pool': 'dark' } }));
  await api.create(servicesPath, service('wishful', {}, { loadBalancerIP: '10.99.99.99' }));
  await api.create(servicesPath, service('thief', {}, { type: 'ClusterIP', externalIPs: ['192.168.10.95'] }));
  await plantNodes(api);
  await plantRivals(api);
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await api.delete(`${definitions}/servicebgpstatuses.metallb.io`);
  const role = '/apis/rbac.authorization.k8s.io/v1/clusterroles/herald-speaker';
  const rules = readObjects(await api.get(role), 'rules');
  await api.mergePatch(role, { rules: rules.filter((rule) => !readStrings(rule, 'resources').includes('events')) });
  const containers = [{ name: 'speaker', image: 'herald-lb:0.0.9', args: ['speaker.mjs'] }];
  const template = { spec: { containers } };
  await api.mergePatch(`/apis/apps/v1/namespaces/${heraldNamespace}/daemonsets/herald-speaker`, { spec: { template } });
}

/** A node without a speaker, and one whose speaker has much to complain of. */
async function plantNodes(api: Cluster['api']): Promise<void> {
  const status = { conditions: [{ type: 'Ready', status: 'True' }] };
  for (const name of ['node-x', 'node-y']) {
    await api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await api.mergePatch(`/api/v1/nodes/${name}/status`, { status });
  }
  await api.create(`/apis/coordination.k8s.io/v1/namespaces/${heraldNamespace}/leases`, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: 'speaker-node-y',
      labels: { 'app.kubernetes.io/component': 'speaker' },
      annotations: {
        'herald/strict-arp': 'warn ipvs',
        'herald/unheard': 'node-a',
        'herald/unhealthy': 'kubeProxyUnhealthy',
      },
    },
    spec: {
      holderIdentity: 'node-y',
      leaseDurationSeconds: 3600,
      renewTime: new Date(Date.now() + 3_600_000).toISOString().replace('Z', '000Z'),
    },
  });
}

/** Somebody else uses an address, and MetalLB runs. */
async function plantRivals(api: Cluster['api']): Promise<void> {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  await api.create('/api/v1/namespaces/default/events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'web.1', namespace: 'default' },
    involvedObject: { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'web' },
    type: 'Warning',
    reason: 'AddressConflict',
    message: '02:00:00:00:00:99 answers for 192.168.10.90',
    firstTimestamp: now,
    lastTimestamp: now,
    reportingComponent: 'herald-speaker',
    reportingInstance: 'node-a',
  });
  await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'metallb-system' } });
  const daemonSets = '/apis/apps/v1/namespaces/metallb-system/daemonsets';
  const labels = { app: 'metallb', component: 'speaker' };
  const containers = [{ name: 'speaker', image: 'quay.io/metallb/speaker:v0.14.9' }];
  await api.create(daemonSets, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'speaker', labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  });
  await api.mergePatch(`${daemonSets}/speaker/status`, { status: { desiredNumberScheduled: 3 } });
}
