import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../shared/api/json.ts';
import { serviceResource } from '../shared/api/service.ts';
import { configOf, ipAddressPool, l2Advertisement } from '../test/support/config-objects.ts';
import { awaitsPools } from './awaited-pools.ts';

const empty = configOf({}).config;
const lone = configOf({ advertisements: [l2Advertisement('all', {})] }).config;
const pools = configOf({ pools: [ipAddressPool('a', { addresses: ['10.0.0.0/24'] })] }).config;
const unusable = configOf({ pools: [ipAddressPool('a', { addresses: ['lan'] })] }).config;

const noon = Date.UTC(2026, 0, 1, 12);
const oneSecond = 1_000;

function holder(condition?: JsonObject) {
  const conditions = condition === undefined ? [] : [{ type: 'herald/Allocated', ...condition }];
  return serviceResource.parse({ metadata: { name: 'web', namespace: 'shop' }, status: { conditions } });
}

const ofOthers = holder();
const given = holder({ status: 'True', lastTransitionTime: '2026-01-01T12:00:00Z' });
const refused = holder({ status: 'False', lastTransitionTime: '2026-01-01T12:00:00Z' });

describe('whether pools are awaited', () => {
  const rows = [
    { name: 'nothing is there, and Services have addresses', config: empty, holders: [given], awaits: true },
    { name: 'nothing is there, and nobody has an address', config: empty, holders: [], awaits: false },
    { name: 'a pool is there', config: pools, oldestMs: noon, holders: [ofOthers], awaits: false },
    {
      name: 'a pool that can not be used is there',
      config: unusable,
      oldestMs: noon,
      holders: [ofOthers],
      awaits: false,
    },
    {
      name: 'an advertisement, and others gave the addresses',
      config: lone,
      oldestMs: 0,
      holders: [ofOthers],
      awaits: true,
    },
    {
      name: 'an advertisement younger than addresses',
      config: lone,
      oldestMs: noon + oneSecond,
      holders: [given],
      awaits: true,
    },
    {
      name: 'an advertisement older than one',
      config: lone,
      oldestMs: noon,
      holders: [ofOthers, given],
      awaits: false,
    },
    { name: 'one older than a refusal', config: lone, oldestMs: 0, holders: [refused], awaits: true },
  ];
  for (const { name, config, holders, awaits, oldestMs } of rows) {
    test(`${name}: ${awaits ? 'they are' : 'they are not'}`, () => {
      assert.ok(config !== undefined);
      assert.equal(awaitsPools({ config, oldestMs, holders }), awaits);
    });
  }
});
