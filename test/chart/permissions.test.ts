import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readArray, readObject, readObjects, readString } from '../../shared/api/json.ts';
import { chartRoles } from '../cluster/role-based-access.ts';
import { repositoryRoot } from '../support/source-tree.ts';

/** Each permission by itself: who has it, where, on what and to do what. */
function grantedByChart(): readonly string[] {
  return chartRoles('herald-system')
    .filter((role) => role['rules'] !== undefined)
    .flatMap((role) => {
      const metadata = readObject(role, 'metadata');
      const who = (readString(metadata, 'name') ?? '').includes('speaker') ? 'speaker' : 'controller';
      const isOwn = readString(metadata, 'namespace') !== 'kube-system';
      const where = role['kind'] === 'ClusterRole' ? 'everywhere' : isOwn ? 'its namespace' : 'kube-system';
      return readObjects(role, 'rules').flatMap((rule) => {
        const names = readArray(rule, 'resourceNames').map((name) => ` ${name}`);
        return readArray(rule, 'resources').flatMap((resource) =>
          readArray(rule, 'verbs').map((verb) => `${who}, ${where}: ${verb} ${resource}${names.join()}`),
        );
      });
    });
}

function explainedInDocs(): readonly string[] {
  const text = readFileSync(path.join(repositoryRoot, 'docs/security.md'), 'utf8');
  const rows = text.matchAll(
    /^\| (controller|speaker) \| (everywhere|its namespace|kube-system) \| (.*?) \| (.*?) \| .{8,} \|$/gm,
  );
  return [...rows].flatMap(([, who, where, what = '', verbs = '']) =>
    what
      .replaceAll('`', '')
      .split(', ')
      .flatMap((resource) => verbs.split(', ').map((verb) => `${who}, ${where}: ${verb} ${resource}`)),
  );
}

test('docs/security.md says of each permission that the chart grants what it is for, and of no other', () => {
  const granted = grantedByChart();
  assert.ok(granted.length > 50, `${granted.length} permissions`);
  assert.deepEqual(explainedInDocs().toSorted(), granted.toSorted());
});
