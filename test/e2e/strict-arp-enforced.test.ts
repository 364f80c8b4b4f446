import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { warningsOn } from './complaints.ts';
import { failoverSuite } from './failover-suite.ts';
import { answering, conditionOf, everyMs, metricsOk, required, web, windowMs } from './strict-arp-view.ts';

const enforce = {
  name: 'IPVS with --strict-arp=enforce',
  everyMs,
  proxyMode: 'ipvs',
  speakerArgs: ['--strict-arp=enforce'],
} as const;
await failoverSuite(import.meta.filename, enforce, (watched) => {
  test('exactly one node answers, though every node holds the address, and nobody is warned', async () => {
    const owner = await watched().settled();
    await wait(2 * windowMs);
    assert.deepEqual(await answering(watched()), [[owner.name], [owner.name]]);
    const { api } = watched().cluster;
    assert.equal(await conditionOf(api, web, required), undefined);
    assert.deepEqual(await warningsOn(api, 'Service', 'web', 'default'), []);
    assert.deepEqual(await metricsOk(watched()), [1, 1, 1]);
  });
});
