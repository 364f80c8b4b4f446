import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap, ownNamespace } from '../../test/support/config-objects.ts';
import type { ConfigInputs } from './build-config.ts';
import { initialConfigState, stepConfig } from './config-state.ts';

function inputs(yaml: string): ConfigInputs {
  return { namespace: ownNamespace, pools: [], advertisements: [], configMap: configMap({ config: yaml }) };
}
const first = inputs('address-pools: [{name: a, protocol: layer2, addresses: [10.0.0.0/24]}]');
const second = inputs('address-pools: [{name: b, protocol: layer2, addresses: [10.0.1.0/24]}]');
const bad = inputs('address-pools: [{name: c}]');

test('a configuration that can’t be used leaves the last good one in force, and says so', () => {
  const good = stepConfig(initialConfigState, first);
  assert.deepEqual([...(good.config?.pools.keys() ?? [])], ['a']);
  assert.equal(good.stale, false);

  const stale = stepConfig(good, bad);
  assert.equal(stale.config, good.config);
  assert.equal(stale.stale, true);
  assert.equal(stale.findings.length, 2);

  const mended = stepConfig(stale, second);
  assert.deepEqual([...(mended.config?.pools.keys() ?? [])], ['b']);
  assert.equal(mended.stale, false);
  assert.deepEqual(mended.findings, []);
});

test('where none could be used yet, there is none', () => {
  const { config, stale } = stepConfig(initialConfigState, bad);
  assert.equal(config, undefined);
  assert.equal(stale, true);
});
