import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type JsonObject, readObject, readObjects, readString } from '../../shared/api/json.ts';
import { kubeconfigText } from '../cluster/api/access.ts';
import { KubeApi } from '../cluster/api/kube-api.ts';
import { hasKubectl } from '../cluster/api/kubectl.ts';
import { loadBalancerService } from '../cluster/api/load-balancer-service.ts';
import { apiServerPort, heraldNamespace } from '../cluster/cluster.ts';
import { administrators, type ControlPlane } from '../cluster/control-plane/control-plane.ts';
import { startControlPlane } from '../cluster/control-plane/start.ts';
import { installCustomResources, readManifests } from '../cluster/custom-resources.ts';
import { findHelm, type HelmResult, runHelm } from '../cluster/helm.ts';
import { buildLan, lan } from '../cluster/network/topology.ts';
import { insideSandbox } from '../cluster/sandbox/reenter.ts';
import { repositoryRoot } from '../support/source-tree.ts';

const chart = path.join(repositoryRoot, 'charts/herald');
const scenarios = path.join(repositoryRoot, 'test/chart/scenarios');
/** Definitions of others: what the chart makes of their kinds is held against them. */
const monitoring = path.join(repositoryRoot, 'test/chart/monitoring');
const helm = findHelm();
const without = helm === undefined ? { skip: 'helm is not on this machine; the gate installs it' } : {};
const isReal = (process.env['KUBEBUILDER_ASSETS'] ?? '') !== '';
const pools = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/ipaddresspools`;

const installationGuide = path.join(repositoryRoot, 'docs/installation.md');
const removable = hasKubectl() ? without : { skip: 'kubectl is not on this machine' };

/** The commands below "To be rid of everything", but for those of Helm and of the namespace, which nobody empties here. */
function removalIn(text: string): string {
  const [, block = ''] = /To be rid of everything:\n\n```sh\n(.*?)```/s.exec(text) ?? [];
  const commands = block.split('\n').filter((line) => !/^helm |delete namespace/.test(line));
  assert.ok(commands.length >= 8);
  return commands.join('\n');
}

async function runInShell(script: string, kubeconfig: string): Promise<void> {
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  await promisify(execFile)('sh', ['-ec', script], { env });
}

/** The API server, and Helm as its administrator. */
interface Installer {
  readonly api: KubeApi;
  readonly controlPlane: ControlPlane;
  readonly kubeconfig: string;
  readonly helm: (args: readonly string[]) => Promise<HelmResult>;
}

async function startInstaller(): Promise<Installer> {
  await buildLan([]);
  const folder = mkdtempSync(path.join(tmpdir(), 'herald-helm-'));
  const users = [{ name: 'admin', groups: [administrators] }];
  const controlPlaneFolder = path.join(folder, 'control-plane');
  mkdirSync(controlPlaneFolder);
  const controlPlane = await startControlPlane({
    address: lan.ipv4,
    port: apiServerPort,
    folder: controlPlaneFolder,
    users,
  });
  await controlPlane.ready();
  const kubeconfig = path.join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText(controlPlane.access('admin')), { mode: 0o600 });
  return {
    api: new KubeApi(controlPlane.access('admin')),
    controlPlane,
    kubeconfig,
    helm: (args) => runHelm(helm ?? '', [...args, '--kubeconfig', kubeconfig, '--namespace', heraldNamespace], folder),
  };
}

/** Where the API server takes objects of this kind. */
async function collectionOf(api: KubeApi, object: JsonObject): Promise<string> {
  const version = readString(object, 'apiVersion') ?? '';
  const group = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
  const found = readObjects(await api.get(group), 'resources').find(
    (resource) => resource['kind'] === object['kind'] && !String(resource['name']).includes('/'),
  );
  assert.ok(found !== undefined, `the API server does not know ${version} ${object['kind']}`);
  const namespace = readString(readObject(object, 'metadata'), 'namespace') ?? heraldNamespace;
  return `${group}${found['namespaced'] === true ? `/namespaces/${namespace}` : ''}/${found['name']}`;
}

if (await insideSandbox(import.meta.filename)) {
  describe('the chart on an API server, by Helm', () => {
    let started: Installer | undefined;
    before(async () => {
      started = await startInstaller();
    });
    after(async () => {
      await Promise.all(started?.controlPlane.processes.map((each) => each.kill('SIGKILL')) ?? []);
    });
    const installer = (): Installer => {
      if (started === undefined) throw new Error('cannot use Helm: the API server did not start');
      return started;
    };
    const succeed = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await installer().helm(args);
      assert.equal(code, 0, `helm ${args.join(' ')}\n${stdout}${stderr}`);
      return stdout;
    };
    const namesOf = async (collection: string): Promise<readonly string[]> => {
      const list = await installer().api.get(collection);
      return readObjects(list, 'items').map((item) => readString(readObject(item, 'metadata'), 'name') ?? '');
    };
    const speakerArgs = async (): Promise<readonly unknown[]> => {
      const daemonSet = await installer().api.get(
        `/apis/apps/v1/namespaces/${heraldNamespace}/daemonsets/herald-speaker`,
      );
      const pod = readObject(readObject(readObject(daemonSet, 'spec'), 'template'), 'spec');
      const args = readObjects(pod, 'containers')[0]?.['args'];
      return Array.isArray(args) ? args : [];
    };

    test('install brings everything, with the definitions', without, async () => {
      const notes = await succeed('install', 'herald', chart, '--create-namespace');
      assert.match(notes, /kind: IPAddressPool/);
      const definitions = await namesOf('/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
      assert.equal(definitions.filter((name) => name.endsWith('.metallb.io')).length, 9);
      assert.ok((await speakerArgs()).includes('--strict-arp=warn'));
    });

    const admitted = isReal
      ? without
      : { skip: 'only a real kube-apiserver has admission; name one in KUBEBUILDER_ASSETS' };
    test('the Pods pass the Pod Security level that each can', admitted, async () => {
      const { api } = installer();
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await api.create('/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'strict', labels },
      });
      const refusal = async (workload: string): Promise<string> => {
        const collection = `/apis/apps/v1/namespaces/${heraldNamespace}`;
        const template = readObject(readObject(await api.get(`${collection}/${workload}`), 'spec'), 'template');
        const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'probe' }, spec: readObject(template, 'spec') };
        return api.create('/api/v1/namespaces/strict/pods?dryRun=All', pod).then(
          () => 'none',
          (error: unknown) => String(error).replace(/.*violates PodSecurity "restricted:latest": /s, ''),
        );
      };
      assert.equal(await refusal('deployments/herald-controller'), 'none');
      // What its work takes, and no more.
      const taken = ['hostNetwork=true', 'hostPort', 'must not include "NET_RAW"', 'runAsNonRoot', 'runAsUser=0'];
      const complaints = (await refusal('daemonsets/herald-speaker')).split('), ');
      assert.deepEqual(
        complaints.filter((complaint, index) => !complaint.includes(taken[index] ?? '-')),
        [],
      );
      assert.equal(complaints.length, taken.length);
    });

    test('an upgrade changes what is asked for, and a rollback changes it back', without, async () => {
      const metadata = { name: 'lan', namespace: heraldNamespace };
      const spec = { addresses: ['192.0.2.0/28'] };
      await installer().api.create(pools, { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', metadata, spec });
      await succeed('upgrade', 'herald', chart, '--set', 'strictArp=enforce,failback=30s');
      assert.ok((await speakerArgs()).includes('--strict-arp=enforce'));
      assert.ok((await speakerArgs()).includes('--failback=30s'));
      await succeed('rollback', 'herald', '1');
      assert.ok((await speakerArgs()).includes('--strict-arp=warn'));
      assert.deepEqual(await namesOf(pools), ['lan']);
    });

    test('an upgrade mends a definition that was lost or changed', without, async () => {
      const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/communities.metallb.io';
      await installer().api.delete(definition);
      await succeed('upgrade', 'herald', chart);
      assert.equal(
        readString(readObject(await installer().api.get(definition), 'metadata'), 'name'),
        'communities.metallb.io',
      );
    });

    test("the definitions of Prometheus' operator are taken", without, async () => {
      const kinds = await installCustomResources(installer().api, monitoring);
      assert.deepEqual(kinds, ['PodMonitor', 'PrometheusRule']);
    });

    for (const file of readdirSync(scenarios)) {
      test(`the API server takes each object whole, and knows each of its fields: ${file}`, without, async () => {
        const values = path.join(scenarios, file);
        const rendered = await succeed('template', 'probe', chart, '--values', values, '--kube-version', '1.34.0');
        const objects = readManifests(rendered).filter((object) => object['kind'] !== 'CustomResourceDefinition');
        assert.ok(objects.length >= 14);
        const { api } = installer();
        for (const object of objects) {
          const collection = await collectionOf(api, object);
          await api.create(`${collection}?dryRun=All&fieldValidation=Strict`, object);
        }
      });
    }

    test('uninstalling leaves the definitions and the pools, and nothing else', without, async () => {
      await succeed('uninstall', 'herald');
      const own = `/namespaces/${heraldNamespace}`;
      assert.deepEqual(await namesOf(`/apis/apps/v1${own}/daemonsets`), []);
      assert.deepEqual(await namesOf(`/apis/apps/v1${own}/deployments`), []);
      assert.deepEqual(await namesOf(`/apis/rbac.authorization.k8s.io/v1${own}/roles`), []);
      assert.deepEqual(await namesOf(pools), ['lan']);
    });

    test(
      "another load balancer's definitions are not touched, unless Helm is told to take them over",
      without,
      async () => {
        const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ipaddresspools.metallb.io';
        const metadata = { labels: { 'app.kubernetes.io/managed-by': null }, annotations: null };
        await installer().api.mergePatch(definition, { metadata });
        const { code, stderr } = await installer().helm(['install', 'herald', chart]);
        assert.notEqual(code, 0);
        assert.match(stderr, /ipaddresspools\.metallb\.io.*cannot be imported into the current release/);
        await succeed('install', 'herald', chart, '--take-ownership');
        assert.deepEqual(await namesOf(pools), ['lan']);
        await succeed('uninstall', 'herald');
      },
    );

    test('a new installation takes over what the last one left', without, async () => {
      await succeed('install', 'herald', chart);
      assert.deepEqual(await namesOf(pools), ['lan']);
    });

    test('the documentation tells how to remove what uninstalling leaves', removable, async () => {
      const { api, kubeconfig } = installer();
      const conditions = [{ type: 'herald/StrictARPRequired', status: 'True' }];
      await api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' } });
      await api.mergePatch('/api/v1/nodes/node-a/status', { status: { conditions } });
      const service = '/api/v1/namespaces/default/services/web';
      await api.create(path.dirname(service), loadBalancerService({ name: 'web' }));
      await api.mergePatch(`${service}/status`, { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } });
      await succeed('uninstall', 'herald');
      await runInShell(removalIn(readFileSync(installationGuide, 'utf8')), kubeconfig);
      assert.deepEqual(readObject(await api.get('/api/v1/nodes/node-a'), 'status')['conditions'] ?? [], []);
      assert.deepEqual(readObject(readObject(await api.get(service), 'status'), 'loadBalancer'), {});
      const definitions = await namesOf('/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
      assert.deepEqual(
        definitions.filter((name) => name.endsWith('.metallb.io')),
        [],
      );
    });
  });
}
