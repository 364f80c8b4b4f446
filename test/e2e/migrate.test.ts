import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { applyManifests } from '../cluster/api/apply.ts';
import { hasKubectl, kubectl } from '../cluster/api/kubectl.ts';
import { kubectlHerald } from '../cluster/api/kubectl-herald.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf } from '../cluster/api/service-addresses.ts';
import { clusterSuite } from './cluster-suite.ts';
import { waitForOwner } from './lan-view.ts';

const metallb = 'metallb-system';
const resources = `/apis/metallb.io/v1beta1/namespaces/${metallb}`;
/** As a MetalLB gave it out: not the lowest of the pool. */
const held = '192.168.10.95';

const configMap = `apiVersion: v1
kind: ConfigMap
metadata: { name: config, namespace: old-metallb }
data:
  config: |
    address-pools:
    - name: default
      protocol: layer2
      addresses: [192.168.10.120-192.168.10.129]
    bfd-profiles:
    - name: fast
      receive-interval: 20
`;

await clusterSuite(
  import.meta.filename,
  { name: 'from MetalLB', nodeNames: ['node-a'], startHerald: false },
  (cluster) => {
    const migrate = async (args: readonly string[], input = ''): Promise<string> => {
      const { code, stdout, stderr } = await kubectlHerald(cluster().kubeconfig, ['migrate', ...args], input);
      assert.deepEqual([code, stderr], [0, '']);
      return stdout;
    };

    test('what it is configured with is printed for Herald, and the API server takes it', async () => {
      const { api, kubeconfig } = cluster();
      await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: metallb } });
      await api.create(`${resources}/ipaddresspools`, {
        apiVersion: 'metallb.io/v1beta1',
        kind: 'IPAddressPool',
        metadata: { name: 'lan', namespace: metallb },
        spec: { addresses: ['192.168.10.90-192.168.10.99'] },
      });
      await api.create(`${resources}/l2advertisements`, {
        apiVersion: 'metallb.io/v1beta1',
        kind: 'L2Advertisement',
        metadata: { name: 'lan', namespace: metallb },
        spec: { ipAddressPools: ['lan'] },
      });
      await api.create(`/apis/apps/v1/namespaces/${metallb}/daemonsets`, speakerDaemonSet);
      const text = await migrate([]);
      assert.match(
        text,
        /^# What MetalLB in namespace metallb-system is configured with, for Herald in herald-system\./,
      );
      if (hasKubectl()) {
        const dryRun = await kubectl(kubeconfig, ['apply', '--dry-run=server', '-f', '-'], text);
        assert.deepEqual(
          [dryRun.code, dryRun.stdout.trim().split('\n'), dryRun.stderr],
          [
            0,
            [
              'ipaddresspool.metallb.io/lan created (server dry run)',
              'l2advertisement.metallb.io/lan created (server dry run)',
            ],
            '',
          ],
        );
      }
      assert.equal(await migrate([]), text);
    });

    test('options of its programs are printed as values of the chart', async () => {
      assert.deepEqual(parse(await migrate(['--values'])), {
        pulses: { port: 17946 },
        speaker: { ignoreExcludeLb: true },
      });
    });

    test('a Service keeps the address that MetalLB gave it, and Herald announces it', async () => {
      const { api, controller, node } = cluster();
      await api.create(servicesPath, loadBalancerService({ name: 'web', port: 8090 }));
      await api.mergePatch(`${servicesPath}/web/status`, { status: { loadBalancer: { ingress: [{ ip: held }] } } });
      await applyManifests(cluster(), await migrate([]));
      controller.start();
      node('node-a').speaker.start();
      await waitForOwner(cluster(), held, { port: 8090 });
      assert.match((await cluster().client.fetch(held, 8090)).body, /^Hello from node-a/);
      assert.deepEqual(addressesOf(await api.get(`${servicesPath}/web`)), [held]);
    });

    test('a ConfigMap of v0.12 gives the same from the cluster, from its manifest and from its bare text', async () => {
      const { api } = cluster();
      await api.create('/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'old-metallb' },
      });
      const manifest = parse(configMap);
      await api.create('/api/v1/namespaces/old-metallb/configmaps', manifest);
      const [head, ...objects] = (await migrate(['--from', 'old-metallb'])).split('---\n');
      assert.match(head ?? '', /the ConfigMap in namespace old-metallb/);
      assert.equal(objects.length, 3);
      for (const input of [configMap, String(manifest.data.config)]) {
        assert.deepEqual((await migrate(['-f', '-'], input)).split('---\n').slice(1), objects);
      }
    });

    test('where there is nothing of MetalLB it says so, and where to look', async () => {
      const { code, stdout, stderr } = await kubectlHerald(cluster().kubeconfig, ['migrate', '--from', 'default']);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, /^cannot migrate namespace default: .* name its namespace by --from, or a file by -f/);
    });
  },
);

const speakerDaemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'speaker', namespace: metallb, labels: { app: 'metallb' } },
  spec: {
    selector: { matchLabels: { app: 'metallb' } },
    template: {
      metadata: { labels: { app: 'metallb' } },
      spec: {
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [
          { key: 'node-role.kubernetes.io/master', operator: 'Exists', effect: 'NoSchedule' },
          { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
        ],
        containers: [
          {
            name: 'speaker',
            image: 'quay.io/metallb/speaker:v0.15.2',
            args: ['--log-level=info', '--ignore-exclude-lb'],
            env: [{ name: 'METALLB_ML_BIND_PORT', value: '17946' }],
          },
        ],
      },
    },
  },
};
