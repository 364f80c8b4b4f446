import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JsonObject, readObject, readObjects, readStrings, readText } from '../../shared/api/json.ts';
import { chartRoles } from '../../test/cluster/role-based-access.ts';
import { accessReviewOf, serviceAccountUser } from './access-review.ts';
import { neededPermissions, ofInstallation } from './permissions.ts';

const namespace = 'herald-system';

/** Each action that the chart grants to a component, in words. */
function granted(): readonly string[] {
  const manifests = chartRoles(namespace);
  const bindings = manifests.filter((manifest) => readText(manifest, 'kind').endsWith('RoleBinding'));
  return bindings.flatMap((binding) => {
    const reference = readObject(binding, 'roleRef');
    const role = manifests.find(
      (manifest) => manifest['kind'] === reference['kind'] && nameOf(manifest) === reference['name'],
    );
    const own = readText(readObject(binding, 'metadata'), 'namespace');
    const where = own === namespace ? ofInstallation : own;
    return readObjects(binding, 'subjects').flatMap((subject) => {
      const component = readText(subject, 'name').replace('herald-', '');
      const scope = binding['kind'] === 'ClusterRoleBinding' ? 'everywhere' : where;
      return readObjects(role ?? {}, 'rules').flatMap((rule) =>
        actionsOf(rule).map((one) => `${component} ${scope}: ${one}`),
      );
    });
  });
}

function nameOf(manifest: JsonObject): string {
  return readText(readObject(manifest, 'metadata'), 'name');
}

function actionsOf(rule: JsonObject): readonly string[] {
  const names = readStrings(rule, 'resourceNames');
  return readStrings(rule, 'apiGroups').flatMap((group) =>
    readStrings(rule, 'resources').flatMap((resource) =>
      readStrings(rule, 'verbs').map((verb) => `${verb} ${group}/${resource} ${names.join()}`),
    ),
  );
}

test('what is asked for is what the chart grants', () => {
  const asked = neededPermissions().map(({ component, verb, group, resource, subresource, name, namespace: where }) => {
    const path = subresource === '' ? resource : `${resource}/${subresource}`;
    return `${component} ${where || 'everywhere'}: ${verb} ${group}/${path} ${name}`;
  });
  assert.ok(asked.length > 50);
  assert.deepEqual(asked.toSorted(), [...granted()].sort());
});

test('a review names the user as the API server would', () => {
  const [permission] = neededPermissions().filter(({ resource }) => resource === 'leases');
  assert.ok(permission !== undefined);
  assert.deepEqual(accessReviewOf(permission, serviceAccountUser('here', 'herald-controller'), 'here'), {
    spec: {
      user: 'system:serviceaccount:here:herald-controller',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:here', 'system:authenticated'],
      resourceAttributes: {
        verb: 'get',
        group: 'coordination.k8s.io',
        resource: 'leases',
        subresource: '',
        name: '',
        namespace: 'here',
      },
    },
  });
});
