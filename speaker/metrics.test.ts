import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRegistry } from '../shared/runtime/metrics.ts';
import { SpeakerMetrics } from './metrics.ts';

/** Samples of Herald's own counters that concern the datapath's frames. */
async function frameSamples(metrics: (speaker: SpeakerMetrics) => void): Promise<readonly string[]> {
  const registry = createRegistry();
  metrics(new SpeakerMetrics(registry));
  const text = await registry.metrics();
  registry.clear();
  return text.split('\n').filter((line) => /^herald_(answers|drops|datapath|service_owner)/.test(line));
}

test('counters of the datapath are told as answers, and as drops by reason', async () => {
  const samples = await frameSamples((speaker) => {
    speaker.datapath({ 'arp.answered': 3, 'ndp.notOwner': 2, conflicts: 1 });
  });
  assert.deepEqual(samples, [
    'herald_answers_total{protocol="arp"} 3',
    'herald_drops_total{protocol="ndp",reason="notOwner"} 2',
    'herald_datapath_total{counter="conflicts"} 1',
  ]);
});

test('what the datapath tells again is not counted twice', async () => {
  const samples = await frameSamples((speaker) => {
    speaker.datapath({ 'arp.answered': 3 });
    speaker.datapath({ 'arp.answered': 3 });
    speaker.datapath({ 'arp.answered': 5 });
  });
  assert.deepEqual(samples, ['herald_answers_total{protocol="arp"} 5']);
});

test('the addresses that are owned are those of the last plan, and none stays that was owned before', async () => {
  const samples = await frameSamples((speaker) => {
    const plan = { members: 1, unannounced: 0, tookMs: 1 };
    speaker.planned({ ...plan, owners: () => [{ service: 'shop/web', ip: '10.0.0.1' }] });
    speaker.planned({ ...plan, owners: () => [{ service: 'shop/new', ip: '10.0.0.1' }] });
  });
  assert.deepEqual(samples, ['herald_service_owner{service="shop/new",ip="10.0.0.1"} 1']);
});
