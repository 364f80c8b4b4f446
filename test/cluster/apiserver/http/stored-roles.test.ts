import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonMap } from '../resource-definition.ts';
import { valueAt } from '../schema/json-value.ts';
import type { HttpClient } from '../testing/http-client.ts';
import { withServer } from '../testing/with-server.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const reviews = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const user = 'system:serviceaccount:shop:reader';

async function allowed(client: HttpClient, attributes: JsonMap, who: JsonMap = { user }): Promise<unknown> {
  const answer = await client.post(reviews, { spec: { ...who, resourceAttributes: attributes } });
  assert.equal(answer.code, 201);
  return valueAt(answer.body, ['status', 'allowed']);
}

async function bindRoles(client: HttpClient): Promise<void> {
  await client.post('/api/v1/namespaces', { metadata: { name: 'shop' } });
  const subjects = [{ kind: 'ServiceAccount', name: 'reader', namespace: 'shop' }];
  const refer = (kind: string, name: string): JsonMap => ({ kind, name, apiGroup: 'rbac.authorization.k8s.io' });
  const clusterRules = [{ apiGroups: [''], resources: ['services', 'services/status'], verbs: ['list'] }];
  await client.post(`${rbac}/clusterroles`, { metadata: { name: 'all' }, rules: clusterRules });
  await client.post(`${rbac}/clusterrolebindings`, {
    metadata: { name: 'all' },
    roleRef: refer('ClusterRole', 'all'),
    subjects: [...subjects, { kind: 'Group', name: 'auditors' }],
  });
  const rules = [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['key'], verbs: ['*'] }];
  await client.post(`${rbac}/namespaces/shop/roles`, { metadata: { name: 'own' }, rules });
  const own = { metadata: { name: 'own' }, roleRef: refer('Role', 'own'), subjects };
  await client.post(`${rbac}/namespaces/shop/rolebindings`, own);
}

describe('a SubjectAccessReview', () => {
  test(
    'allows everything while no role is bound',
    withServer(async (client) => assert.equal(await allowed(client, { verb: 'delete', resource: 'nodes' }), true)),
  );

  const list = { verb: 'list', group: '', resource: 'services' };
  const key = { verb: 'patch', group: '', resource: 'secrets', namespace: 'shop', name: 'key' };
  const rows = [
    { name: 'a ClusterRole allows it in all namespaces', ask: list, answer: true },
    { name: 'a ClusterRole allows it in one namespace', ask: { ...list, namespace: 'shop' }, answer: true },
    { name: 'another verb is refused', ask: { ...list, verb: 'watch' }, answer: false },
    { name: 'another group is refused', ask: { ...list, group: 'example.com' }, answer: false },
    { name: 'a subresource is a resource of its own', ask: { ...list, subresource: 'status' }, answer: true },
    { name: 'another subresource is refused', ask: { ...list, subresource: 'proxy' }, answer: false },
    { name: 'a Role allows it in its namespace', ask: key, answer: true },
    { name: 'a Role allows nothing elsewhere', ask: { ...key, namespace: 'else' }, answer: false },
    { name: 'a Role allows nothing in all namespaces', ask: { ...key, namespace: '' }, answer: false },
    { name: 'a rule for one name allows no other', ask: { ...key, name: 'other' }, answer: false },
    { name: 'a rule for one name does not allow all', ask: { ...key, name: '' }, answer: false },
    { name: 'somebody else is refused', ask: list, who: { user: 'ann' }, answer: false },
    { name: 'a group is bound', ask: list, who: { user: 'ann', groups: ['auditors'] }, answer: true },
  ];
  for (const { name, ask, who, answer } of rows) {
    test(
      name,
      withServer(async (client) => {
        await bindRoles(client);
        assert.equal(await allowed(client, ask, who ?? { user }), answer);
      }),
    );
  }
});
