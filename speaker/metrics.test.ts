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
  const shown =
    /^herald_(answers|conflicts|drops|datapath|service_owner|pulses|takeover|giveups|members|failback)(?!.*(_bucket| 0$))/;
  return text.split('\n').filter((line) => shown.test(line));
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
    const plan = { unannounced: 0, tookMs: 1 };
    speaker.planned({ ...plan, owners: () => [{ service: 'shop/web', ip: '10.0.0.1' }] });
    speaker.planned({ ...plan, owners: () => [{ service: 'shop/new', ip: '10.0.0.1' }] });
  });
  assert.deepEqual(samples, ['herald_service_owner{service="shop/new",ip="10.0.0.1"} 1']);
});

test('messages between speakers are told by what became of them', async () => {
  const samples = await frameSamples((speaker) => {
    speaker.datapath({
      'pulses.sent': 30,
      'pulses.received': 29,
      'pulses.replayed': 1,
      'pulses.unknownKey': 2,
      'pulsePort.sendFailures': 4,
    });
  });
  assert.deepEqual(samples, [
    'herald_datapath_total{counter="pulsePort.sendFailures"} 4',
    'herald_pulses_sent_total 30',
    'herald_pulses_received_total 29',
    'herald_pulses_refused_total{reason="replayed"} 1',
    'herald_pulses_refused_total{reason="unknownKey"} 2',
  ]);
});

test('a takeover counts for each address, and its time once for the group', async () => {
  const samples = await frameSamples((speaker) => {
    const took = { group: '10.0.0.1', reason: 'ownerNotLive', afterMs: 312 } as const;
    speaker.tookOver({ ...took, ip: '10.0.0.1' });
    speaker.tookOver({ ...took, ip: '2001:db8::1' });
    speaker.tookOver({ ...took, ip: '10.0.0.1', reason: 'preferred', afterMs: undefined });
  });
  assert.deepEqual(samples, [
    'herald_takeovers_total{reason="ownerNotLive"} 2',
    'herald_takeovers_total{reason="preferred"} 1',
    'herald_takeover_seconds_sum 0.312',
    'herald_takeover_seconds_count 1',
  ]);
});

test('what a node gives up is counted by the reason', async () => {
  const samples = await frameSamples((speaker) => {
    for (const reason of ['claimedByOther', 'stopping', 'claimedByOther'] as const) speaker.gaveUp(reason);
  });
  assert.deepEqual(samples, [
    'herald_giveups_total{reason="claimedByOther"} 2',
    'herald_giveups_total{reason="stopping"} 1',
  ]);
});

test('members are told by their standing, those whose pulses are blocked by name, and the policy', async () => {
  const samples = await frameSamples((speaker) => {
    speaker.standings({ live: 3, dead: 1 });
    speaker.standings({ live: 2, probation: 1 });
    speaker.pulsesBlocked('node-b', true);
    speaker.pulsesBlocked('node-c', true);
    speaker.pulsesBlocked('node-c', false);
    speaker.failback('30s');
  });
  assert.deepEqual(samples, [
    'herald_members{standing="live"} 2',
    'herald_members{standing="probation"} 1',
    'herald_pulses_blocked{node="node-b"} 1',
    'herald_failback_info{policy="30s"} 1',
  ]);
});

test('conflicts are told of the last thousand addresses that had any', async () => {
  const samples = await frameSamples((speaker) => {
    for (let index = 0; index < 1000; index++) speaker.conflict('shop/web', `10.0.${index >> 8}.${index & 255}`);
    speaker.conflict('shop/web', '10.0.0.0');
    speaker.conflict('shop/late', '10.1.0.0');
  });
  assert.equal(samples.length, 1000);
  assert.ok(samples.includes('herald_conflicts_total{service="shop/web",ip="10.0.0.0"} 2'));
  assert.ok(samples.includes('herald_conflicts_total{service="shop/late",ip="10.1.0.0"} 1'));
  assert.ok(!samples.includes('herald_conflicts_total{service="shop/web",ip="10.0.0.1"} 1'));
});
