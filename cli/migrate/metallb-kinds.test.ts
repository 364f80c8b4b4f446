import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { asObject, readObject } from '../../shared/api/json.ts';
import { definitionsOf } from '../../test/cluster/apiserver/schema/crd-definition.ts';
import { repositoryRoot } from '../../test/support/source-tree.ts';
import { chartDefaults } from './chart-values.ts';
import { sharedKinds } from './metallb-kinds.ts';

function chartFile(name: string) {
  return parse(readFileSync(path.join(repositoryRoot, 'charts/herald', name), 'utf8'));
}

test("the fields of each kind are those of Herald's custom resource", () => {
  assert.equal(sharedKinds.length, 6);
  for (const { kind, apiVersion, fields } of sharedKinds) {
    const plural = kind === 'Community' ? 'communities' : `${kind.toLowerCase()}s`;
    const [definition] = definitionsOf(chartFile(`files/crds/${plural}.yaml`));
    assert.equal(apiVersion, `${definition?.group}/${definition?.version}`);
    const spec = readObject(readObject(readObject(asObject(definition?.schema), 'properties'), 'spec'), 'properties');
    assert.deepEqual([...fields].toSorted(), Object.keys(spec).toSorted(), kind);
  }
});

test("values that equal the chart's are not printed", () => {
  const { controller, speaker } = chartFile('values.yaml');
  assert.deepEqual(chartDefaults, {
    nodeSelector: controller.nodeSelector,
    controllerTolerations: controller.tolerations,
    speakerTolerations: speaker.tolerations,
  });
  assert.deepEqual(speaker.nodeSelector, controller.nodeSelector);
});
