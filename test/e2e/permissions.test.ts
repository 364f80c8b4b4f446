import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asObject, type JsonObject, readObject, readObjects, readString, readStrings } from '../../shared/api/json.ts';
import { applyManifests } from '../cluster/api/apply.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { waitForAddresses } from '../cluster/api/service-addresses.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { chartRoles, serviceAccountUser } from '../cluster/role-based-access.ts';
import { clusterSuite } from './cluster-suite.ts';
import { waitForOwner } from './lan-view.ts';

const manifests = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: lan, namespace: herald-system }
spec: { addresses: [192.168.10.90-192.168.10.100] }
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: lan, namespace: herald-system }
`;

const l2Statuses = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/servicel2statuses`;
const isReal = (process.env['KUBEBUILDER_ASSETS'] ?? '') !== '';
const remembered = isReal ? { skip: 'only the stand-in remembers what roles allowed' } : {};

/** What a role grants, one by one: `patch services/status`. */
function grantsOf(role: JsonObject): readonly string[] {
  return readObjects(role, 'rules').flatMap((rule) =>
    readStrings(rule, 'resources').flatMap((resource) =>
      readStrings(rule, 'verbs').map((verb) => `${verb} ${readStrings(rule, 'apiGroups')[0] ?? ''}/${resource}`),
    ),
  );
}

/** Those of the chart that its bindings give to this user. */
function rolesOf(user: string): readonly JsonObject[] {
  const manifests = chartRoles(heraldNamespace);
  const references = manifests
    .filter((manifest) =>
      readObjects(manifest, 'subjects').some(({ name, namespace }) => user.endsWith(`:${namespace}:${name}`)),
    )
    .map((binding) => readObject(binding, 'roleRef'));
  return references.flatMap(({ kind, name }) =>
    manifests.filter((role) => role['kind'] === kind && readString(readObject(role, 'metadata'), 'name') === name),
  );
}

await clusterSuite(import.meta.filename, { name: 'the permissions of the chart' }, (cluster) => {
  test('all that the programs ever do, they do', async () => {
    const { api } = cluster();
    await applyManifests(cluster(), manifests);
    await api.create(servicesPath, loadBalancerService({ name: 'web' }));
    const [address = ''] = await waitForAddresses(api, 'web', 1);
    await waitForOwner(cluster(), address);
    // The key of pulses is replaced.
    const secret = `/api/v1/namespaces/${heraldNamespace}/secrets/herald-pulse-key`;
    await eventually('the key', async () => (await api.find(secret)) !== undefined || undefined);
    await api.mergePatch(secret, { metadata: { annotations: { 'herald/rotate': 'now' } } });
    // The same happens again, which is one event with a count.
    for (const type of ['ClusterIP', 'LoadBalancer']) {
      await api.mergePatch(`${servicesPath}/web`, { spec: { type } });
      await waitForAddresses(api, 'web', type === 'LoadBalancer' ? 1 : 0);
    }
    // A speaker goes in order, and what its Service has been reported as is told of another node.
    const owner = await waitForOwner(cluster(), address);
    const { speaker } = cluster().node(owner);
    await speaker.kill('SIGTERM');
    await eventually('another node is reported', async () => {
      const [report] = await api.list(l2Statuses);
      const node = readString(readObject(asObject(report), 'status'), 'node');
      return (node !== undefined && node !== owner) || undefined;
    });
    speaker.start();
    // A node answers for everything.
    await cluster().node('node-a').setProxyMode('ipvs');
    await eventually("the node's condition", async () => {
      const { status } = await api.get('/api/v1/nodes/node-a');
      const types = readObjects(asObject(status), 'conditions').map(({ type }) => type);
      return types.includes('herald/StrictARPRequired') || undefined;
    });
    await api.delete(`${servicesPath}/web`);
  });

  for (const component of ['controller', 'speaker'] as const) {
    test(`the ${component} uses each of its permissions`, remembered, async () => {
      const user = serviceAccountUser(component, heraldNamespace);
      const granted = rolesOf(user).flatMap(grantsOf);
      assert.ok(granted.length > 20, granted.join(', '));
      await eventually('each was used', async () => {
        const used = new Set(
          (await cluster().api.list('/herald/authorization'))
            .filter((action) => action['user'] === user)
            .map((action) => `${action['verb']} ${action['group']}/${action['resource']}`),
        );
        assert.deepEqual(
          granted.filter((each) => !used.has(each)),
          [],
        );
        return true;
      });
    });
  }
});
