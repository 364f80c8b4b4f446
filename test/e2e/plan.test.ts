import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asObject, type JsonObject, readObject, readObjects, readString, readText } from '../../shared/api/json.ts';
import { applyManifests } from '../cluster/api/apply.ts';
import { kubectlHerald } from '../cluster/api/kubectl-herald.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { waitForAddresses } from '../cluster/api/service-addresses.ts';
import { type Cluster, heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { clusterSuite } from './cluster-suite.ts';

const ours = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}`;

const now = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: lan, namespace: herald-system }
spec: { addresses: [192.168.10.90-192.168.10.93] }
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: all, namespace: herald-system }
spec: {}
`;

/** The pool loses its first two addresses and has another one instead; nobody may announce from where .92 is. */
function next(without: string): string {
  return `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: lan, namespace: herald-system }
spec: { addresses: [192.168.10.92-192.168.10.93] }
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: more, namespace: herald-system }
spec: { addresses: [192.168.10.96/32] }
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: all, namespace: herald-system }
spec: { nodeSelectors: [{ matchExpressions: [{ key: kubernetes.io/hostname, operator: NotIn, values: [${without}] }] }] }
`;
}

/** By Service: its addresses. */
async function addresses({ api }: Cluster): Promise<Readonly<Record<string, readonly string[]>>> {
  const services = await api.list(servicesPath);
  return Object.fromEntries(
    services
      .filter((service) => readObject(service, 'spec')['type'] === 'LoadBalancer')
      .map((service): [string, readonly string[]] => {
        const ingress = readObjects(readObject(readObject(service, 'status'), 'loadBalancer'), 'ingress');
        return [readText(readObject(service, 'metadata'), 'name'), ingress.map((entry) => readText(entry, 'ip'))];
      }),
  );
}

/** By Service: the node that says it announces it. */
async function owners({ api }: Cluster): Promise<Readonly<Record<string, string>>> {
  const reports = (await api.list(`${ours}/servicel2statuses`)).map((one) => readObject(one, 'status'));
  return Object.fromEntries(reports.map((report) => [readText(report, 'serviceName'), readText(report, 'node')]));
}

async function planned(cluster: Cluster, args: readonly string[], input: string) {
  const { code, stdout, stderr } = await kubectlHerald(cluster.kubeconfig, ['plan', '-o', 'json', ...args], input);
  assert.equal(stderr, '');
  return { code, report: asObject(JSON.parse(stdout)) };
}

function servicesOf(report: JsonObject): Readonly<Record<string, readonly string[]>> {
  const entries = readObjects(report, 'services').map((one): [string, readonly string[]] => [
    readText(one, 'service').replace('default/', ''),
    readObjects(one, 'to').map((to) => readText(to, 'address')),
  ]);
  return Object.fromEntries(entries);
}

await clusterSuite(import.meta.filename, { name: 'kubectl herald plan' }, (cluster) => {
  const names = ['one', 'two', 'three', 'four'];

  test('what stands already moves nothing, and exits 0', async () => {
    await applyManifests(cluster(), now);
    for (const name of names) {
      await cluster().api.create(servicesPath, loadBalancerService({ name }));
      await waitForAddresses(cluster().api, name, 1);
    }
    await eventually('all are announced', async () =>
      Object.keys(await owners(cluster())).length === 4 ? true : undefined,
    );
    const { code, stdout } = await kubectlHerald(cluster().kubeconfig, ['plan', '-f', '-'], now);
    assert.deepEqual(
      [code, stdout],
      [0, 'nothing moves. Services: 4 keep their addresses, 0 move, 0 lose, 0 gain, 0 wait; owners that change: 0\n'],
    );
  });

  test('what would move is what then moves, and nothing is written before', async () => {
    const held = await addresses(cluster());
    const before = await owners(cluster());
    const ofThird = before['three'] ?? '';
    const file = next(ofThird);
    const { code, report } = await planned(cluster(), ['-f', '-'], file);
    assert.equal(code, 3);
    assert.deepEqual(await addresses(cluster()), held);
    const pool = await cluster().api.get(`${ours}/ipaddresspools/lan`);
    assert.deepEqual(readObject(pool, 'spec')['addresses'], ['192.168.10.90-192.168.10.93']);
    const changes = readObjects(report, 'services').map(
      (one) => `${readString(one, 'service')} ${readString(one, 'change')}`,
    );
    assert.deepEqual(changes, ['default/four keeps', 'default/one moves', 'default/three keeps', 'default/two loses']);
    const moved = readObjects(report, 'owners').map(({ address, from }) => ({ address, from }));
    assert.ok(moved.some(({ address, from }) => address === '192.168.10.92' && from === ofThird));

    const foretold = servicesOf(report);
    await applyManifests(cluster(), file);
    await eventually('all Services as foretold', async () => {
      assert.deepEqual(await addresses(cluster()), foretold);
      return true;
    });
    const expected = { ...before };
    for (const owner of readObjects(report, 'owners')) {
      const of = names.find((name) => foretold[name]?.[0] === owner['address']) ?? '';
      expected[of] = readText(owner, 'to');
    }
    await eventually('all owners as foretold', async () => {
      const now = await owners(cluster());
      // Who has another address, or none, is announced anew.
      for (const name of ['three', 'four']) assert.equal(now[name], expected[name], name);
      return true;
    });
    assert.equal((await planned(cluster(), ['-f', '-'], file)).code, 0);
  });

  test('what would be deleted, likewise; and what is no manifest exits 2', async () => {
    const file = next('nobody');
    const { code, report } = await planned(cluster(), ['--delete', '-f', '-'], file);
    assert.equal(code, 3);
    const gone = { keeps: 0, moves: 0, loses: 3, gains: 0, waits: 1 };
    assert.deepEqual(report['summary'], gone);
    const wrong = await kubectlHerald(cluster().kubeconfig, ['plan', '-f', '-'], 'a: [');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /^cannot read standard input: /);
    const missing = await kubectlHerald(cluster().kubeconfig, ['plan', '-f', '/nowhere/pools.yaml']);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /^cannot read \/nowhere\/pools\.yaml: /);
  });
});
