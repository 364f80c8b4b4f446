import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { leaseResource } from '../shared/api/lease.ts';
import { nodeResource } from '../shared/api/node.ts';
import { pulseKeyIdOf } from '../shared/api/pulse-keys.ts';
import { secretResource } from '../shared/api/secret.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { eth0 } from '../test/support/links.ts';
import { planNamespace as namespace, nodeJson } from '../test/support/plan-inputs.ts';
import { SpeakersFixture } from '../test/support/speakers-fixture.ts';
import type { DatapathEvent } from './datapath/table.ts';

const seconds = 1_000;
const ip = '10.0.0.1';

let lan: SpeakersFixture;
beforeEach(async () => {
  lan = new SpeakersFixture();
  lan.service();
  lan.slice('web', ['node-a']);
  await lan.start('node-a', 'node-b', 'node-c');
  await lan.pass(5 * seconds);
  lan.events.take();
  assert.deepEqual(lan.owners(ip), ['node-b']);
});
afterEach(() => lan.stop());

function table(node: string) {
  const { table } = lan.speaker(node).datapath;
  assert.ok(table !== undefined);
  return table;
}

function say(node: string, event: DatapathEvent): void {
  lan.speaker(node).datapath.say(event);
}

function told(node: string, what: string): readonly string[] {
  return lan.speaker(node).datapath.told.filter((line) => line.startsWith(what));
}

function putKey(octet: number): void {
  const data = { current: Buffer.alloc(32, octet).toString('base64') };
  lan.api.put(secretResource, { metadata: { namespace, name: 'herald-pulse-key' }, data });
}

describe('members', () => {
  test('who is heard stays one when its Lease has run out, and the Lease is left to it', async () => {
    for (const node of ['node-a', 'node-b']) say(node, { type: 'memberUp', node: 'node-c', why: 'joined' });
    await lan.speaker('node-c').crash();
    await lan.pass(30 * seconds);
    const members = table('node-a').members.map(({ node, leaseExpired }) => `${node} ${leaseExpired}`);
    assert.deepEqual(members, ['node-a false', 'node-b false', 'node-c true']);
    const lease = lan.api.stored(leaseResource, { namespace, name: 'speaker-node-c' });
    assert.equal(leaseResource.parse(lease).holderIdentity, 'node-c');

    const silent = { type: 'memberDown', node: 'node-c', why: 'notHeard', silentMs: 312.4 } as const;
    for (const node of ['node-a', 'node-b']) say(node, silent);
    assert.ok(table('node-a').vips[0]?.candidates.includes('node-c'));
    await lan.pass(2 * seconds);
    assert.deepEqual(table('node-a').vips[0]?.candidates, ['node-b', 'node-a']);
    const released = lan.api.stored(leaseResource, { namespace, name: 'speaker-node-c' });
    assert.equal(leaseResource.parse(released).holderIdentity, undefined);
    const line = lan.log.lines.find(({ event }) => event === 'member-down');
    assert.deepEqual([line?.fields['silentMs'], line?.fields['addresses']], [312, 0]);
    assert.match(String(line?.fields['meaning']), /look at the node/);
  });

  test('who stops in order is no reason to warn', () => {
    for (const why of ['removed', 'left'])
      say('node-a', { type: 'memberDown', node: 'node-b', why, silentMs: undefined });
    const levels = lan.log.lines.filter(({ event }) => event === 'member-down').map(({ level }) => level);
    assert.deepEqual(levels, ['info', 'info']);
  });

  test('a death is told with the number of addresses that the node held', () => {
    say('node-a', { type: 'memberDown', node: 'node-b', why: 'notHeard', silentMs: 312 });
    const line = lan.log.lines.find(({ event }) => event === 'member-down');
    assert.equal(line?.fields['addresses'], 1);
    assert.equal(line?.level, 'warn');
  });

  test('who stops in order is told of, and nobody is warned', () => {
    say('node-a', { type: 'memberDown', node: 'node-b', why: 'removed', silentMs: undefined });
    const line = lan.log.lines.find(({ event }) => event === 'member-down');
    assert.equal(line?.level, 'info');
  });

  test('who is dead writes no reports that nobody else would write', async () => {
    lan.service({ name: 'two', ips: ['10.0.0.5'] });
    await lan.pass(1 * seconds);
    lan.slice('web', []);
    for (const node of ['node-a', 'node-b', 'node-c']) {
      for (const dead of ['node-a', 'node-c']) {
        if (node === 'node-b') say(node, { type: 'memberDown', node: dead, why: 'notHeard', silentMs: 300 });
      }
      if (node !== 'node-b') await lan.speaker(node).crash();
    }
    await lan.pass(5 * seconds);
    assert.match(lan.condition('web') ?? '', /^False noEndpoints/);
    assert.match(lan.condition('two') ?? '', /^False noEndpoints/);
  });

  test('each renewal of another member’s Lease is told to the datapath', async () => {
    lan.speaker('node-a').datapath.told.length = 0;
    await lan.pass(5 * seconds);
    assert.deepEqual(told('node-a', 'leaseRenewed'), ['leaseRenewed node-b 0', 'leaseRenewed node-c 0']);
  });

  test('no Lease is renewed while the datapath does not tick', async () => {
    lan.speaker('node-c').datapath.lastTickMs = lan.clock.now();
    await lan.pass(25 * seconds);
    const members = table('node-a').members.map(({ node, leaseExpired }) => `${node} ${leaseExpired}`);
    assert.deepEqual(members, ['node-a false', 'node-b false', 'node-c true']);
    assert.deepEqual(table('node-a').vips[0]?.candidates, ['node-b', 'node-a']);
  });
});

describe('who holds what', () => {
  test('is in the table as the reports say it', async () => {
    assert.equal(table('node-a').vips[0]?.holder, 'node-b');
  });

  test('an address that this node may no longer have stays in its table until another has taken it', async () => {
    const { datapath } = lan.speaker('node-b');
    datapath.patient = true;
    const labels = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' };
    lan.api.put(nodeResource, nodeJson('node-b', { labels }));
    await lan.pass(1 * seconds);
    assert.deepEqual(
      table('node-b').vips.map(({ candidates, interfaces }) => ({ candidates, interfaces })),
      [{ candidates: ['node-a', 'node-c'], interfaces: [{ index: 2, mac: '02:00:00:00:00:01' }] }],
    );
    say('node-b', { type: 'gaveUp', ip, service: 'shop/web', reason: 'notCandidate', atMs: 0 });
    await lan.pass(0);
    assert.deepEqual(table('node-b').vips, []);
  });
});

describe('the report of who holds it', () => {
  /** node-a takes over while node-b, which nobody told yet, goes on. */
  const takeOver = (): void => {
    const event = { type: 'tookOver', ip, service: 'shop/web', group: ip, reason: 'preferred' } as const;
    say('node-a', { ...event, from: 'node-b', afterMs: undefined, atMs: lan.clock.wallMs() });
  };
  const statusWrites = (node: string): number =>
    lan.speaker(node).client.calls.filter(({ method, plural }) => method === 'patch' && plural === 'servicel2statuses')
      .length;

  test('is the new owner’s, also while the former one still answers, and also where the plan ranks that one first', async () => {
    const before = statusWrites('node-b');
    takeOver();
    await lan.pass(300);
    assert.deepEqual(lan.l2Statuses(), ['shop/web on node-a: eth0']);
    assert.equal(lan.condition('web'), 'True owner: announced from node node-a on eth0');
    await lan.pass(600);
    assert.equal(statusWrites('node-b'), before);
    say('node-b', { type: 'gaveUp', ip, service: 'shop/web', reason: 'betterCandidateLive', atMs: 0 });
    await lan.pass(5 * seconds);
    assert.deepEqual(lan.l2Statuses(), ['shop/web on node-a: eth0']);
    assert.equal(statusWrites('node-b'), before);
  });

  test('is put right by the one that goes on answering', async () => {
    takeOver();
    await lan.pass(500);
    say('node-a', { type: 'gaveUp', ip, service: 'shop/web', reason: 'claimedByOther', atMs: 0 });
    await lan.pass(600);
    assert.deepEqual(lan.l2Statuses(), ['shop/web on node-b: eth0']);
    assert.equal(lan.condition('web'), 'True owner: announced from node node-b on eth0');
  });
});

describe('a takeover', () => {
  const took = {
    type: 'tookOver',
    ip,
    service: 'shop/web',
    group: ip,
    reason: 'ownerNotLive',
    from: 'node-b',
    afterMs: 309.6,
    atMs: 0,
  } as const;

  test('is told on the Service, with who, why and after how long', () => {
    say('node-a', took);
    assert.deepEqual(lan.events.take(), [
      'Normal OwnerChanged shop/web: node node-a took over from node node-b: ownerNotLive (its owner is dead: it is heard no more, or its Lease is gone), 310 ms after it was last heard',
    ]);
  });

  test('from a node that is no candidate says why that is none, and so does the node itself', async () => {
    lan.speaker('node-b').datapath.setLinks([{ ...eth0, carrier: false }]);
    await lan.pass();
    lan.events.take();
    say('node-a', { ...took, reason: 'ownerNotCandidate', afterMs: undefined });
    assert.deepEqual(lan.events.take(), [
      'Normal OwnerChanged shop/web: node node-a took over from node node-b: ownerNotCandidate (its owner may no longer announce it, noCarrier: the link has no carrier; look at the cable, the switch port or the bond)',
    ]);
    say('node-b', { type: 'gaveUp', ip, service: 'shop/web', reason: 'notCandidate', atMs: 0 });
    assert.equal(lan.log.lines.findLast(({ event }) => event === 'gave-up')?.fields['why'], 'noCarrier');
  });

  test('an address that nobody may announce any more is given up with the reason', async () => {
    lan.slice('web', []);
    await lan.pass();
    say('node-a', { type: 'gaveUp', ip, service: 'shop/web', reason: 'addressRemoved', atMs: 0 });
    assert.equal(lan.log.lines.findLast(({ event }) => event === 'gave-up')?.fields['why'], 'noEndpoints');
    say('node-a', { type: 'gaveUp', ip: '10.0.0.99', service: 'shop/old', reason: 'addressRemoved', atMs: 0 });
    assert.equal(lan.log.lines.findLast(({ event }) => event === 'gave-up')?.fields['why'], undefined);
  });

  const silent = [
    { name: 'for the first time', event: { ...took, from: undefined } },
    { name: 'from itself', event: { ...took, from: 'node-a' } },
    { name: 'of a further address of the group', event: { ...took, ip: '2001:db8::1' } },
  ];
  for (const { name, event } of silent) {
    test(`${name} is no change of owner`, () => {
      say('node-a', event);
      assert.deepEqual(lan.events.take(), []);
    });
  }

  test('from an owner that lives says nothing about time', () => {
    say('node-a', { ...took, reason: 'preferred', afterMs: undefined });
    assert.match(lan.events.take().join(), /from node node-b: preferred \([^)]*\)$/);
  });
});

describe('two that held an address at a time, after a partition', () => {
  const gaveUp = { type: 'gaveUp', service: 'shop/web', atMs: 0 } as const;

  test('are told on the Service by the one that gives way, once for all addresses of the group', async () => {
    lan.service({ ips: [ip, '2001:db8::1'] });
    await lan.pass(1 * seconds);
    lan.events.take();
    for (const one of ['2001:db8::1', ip]) say('node-a', { ...gaveUp, ip: one, reason: 'claimedByOther' });
    assert.deepEqual(lan.events.take(), [
      'Normal OwnerChanged shop/web: node node-a gave it up: claimedByOther (two nodes held it, and the other one keeps it)',
    ]);
  });

  test('are not what an orderly hand-over is: that is told by the one who takes over', () => {
    for (const reason of ['betterCandidateLive', 'stopping', 'notCandidate', 'takenOver'] as const) {
      say('node-b', { ...gaveUp, ip, reason });
    }
    assert.deepEqual(lan.events.take(), []);
  });
});

describe('pulses that do not come', () => {
  test('are told on the Node, once until they come again', () => {
    for (let round = 0; round < 3; round += 1) say('node-a', { type: 'pulsesBlocked', node: 'node-b', blocked: true });
    const [event, ...others] = lan.events.take();
    assert.match(
      event ?? '',
      /^Warning PulsesBlocked \/node-b: node node-a hears no pulses of node node-b, .*port 7946/,
    );
    assert.deepEqual(others, []);
    say('node-a', { type: 'pulsesBlocked', node: 'node-b', blocked: false });
    assert.deepEqual(lan.events.take(), []);
    say('node-a', { type: 'pulsesBlocked', node: 'node-b', blocked: true });
    assert.equal(lan.events.take().length, 1);
    const lines = lan.log.events.filter((line) => line.startsWith('pulses-'));
    assert.deepEqual(lines, ['pulses-blocked', 'pulses-heard-again', 'pulses-blocked']);
  });

  test('are on the Lease of who does not hear them, until they come again', async () => {
    const unheard = (): string | undefined => {
      const lease = lan.api.stored(leaseResource, { namespace, name: 'speaker-node-a' });
      return leaseResource.parse(lease).meta.annotations['herald/unheard'];
    };
    say('node-a', { type: 'pulsesBlocked', node: 'node-c', blocked: true });
    say('node-a', { type: 'pulsesBlocked', node: 'node-b', blocked: true });
    await lan.pass(100);
    assert.equal(unheard(), 'node-b,node-c');
    for (const node of ['node-b', 'node-c']) say('node-a', { type: 'pulsesBlocked', node, blocked: false });
    await lan.pass(100);
    assert.equal(unheard(), undefined);
  });
});

test('a port that can not be had is told on this speaker’s Node', () => {
  say('node-a', { type: 'pulsePortFailed', why: 'cannot bind 10.0.0.1:7946: EADDRINUSE' });
  assert.deepEqual(lan.events.take(), [
    'Warning PulsesBlocked /node-a: node node-a sends and hears no pulses: cannot bind 10.0.0.1:7946: EADDRINUSE; a failure of it is noticed only when its Lease runs out',
  ]);
});

test('a stall of the packet thread is told in the log, with its length', () => {
  say('node-a', { type: 'stalled', times: 2, longestMs: 4_061.7 });
  const line = lan.log.lines.find(({ event }) => event === 'stalled');
  assert.deepEqual([line?.level, line?.fields['times'], line?.fields['longestMs']], ['warn', 2, 4_062]);
});

test('routes that can not be read are told in the log', () => {
  say('node-a', { type: 'gatewaysUnknown', why: 'cannot read the routes: EMFILE' });
  const line = lan.log.lines.find(({ event }) => event === 'gateways-unknown');
  assert.equal(line?.fields['why'], 'cannot read the routes: EMFILE');
});

describe('the API server', () => {
  test('is asked when the datapath wants to know, and its answer is told with its age', async () => {
    const { client } = lan.speaker('node-a');
    client.latencyMs = 20;
    say('node-a', { type: 'askApiServer' });
    say('node-a', { type: 'askApiServer' });
    await lan.pass(100);
    assert.deepEqual(told('node-a', 'apiHeard'), ['apiHeard 40']);
  });

  test('is not heard where it gives no answer in 300 ms', async () => {
    const { client } = lan.speaker('node-a');
    client.latencyMs = 310;
    say('node-a', { type: 'askApiServer' });
    await lan.pass(1 * seconds);
    assert.deepEqual(told('node-a', 'apiHeard'), []);
  });

  const answers = [
    { name: 'a refusal is an answer', error: new ApiError('Forbidden', 'no', { status: 403 }), heard: 1 },
    { name: 'a refused connection is none', error: new ApiError('Unreachable', 'refused', {}), heard: 0 },
  ];
  for (const { name, error, heard } of answers) {
    test(name, async () => {
      lan.speaker('node-a').client.fail('get', error);
      say('node-a', { type: 'askApiServer' });
      await lan.pass(10);
      assert.equal(told('node-a', 'apiHeard').length, heard);
    });
  }

  test('is asked no more than once a second', async () => {
    const { client } = lan.speaker('node-a');
    client.calls.length = 0;
    for (let round = 0; round < 20; round += 1) {
      say('node-a', { type: 'askApiServer' });
      await lan.pass(100);
    }
    assert.equal(client.calls.filter(({ method, plural }) => method === 'get' && plural === 'leases').length, 2);
  });

  test('needs not be asked where its bytes came a moment ago', async () => {
    Object.assign(lan.speaker('node-a').client, { heardMs: lan.clock.now() - 150 });
    lan.speaker('node-a').client.fail('get', new ApiError('Unreachable', 'refused', {}));
    say('node-a', { type: 'askApiServer' });
    await lan.pass(10);
    assert.deepEqual(told('node-a', 'apiHeard'), ['apiHeard 150']);
  });
});

test('the key is given to the datapath, and its id stands in the Lease', async () => {
  putKey(7);
  await lan.pass(0);
  assert.deepEqual(told('node-a', 'keys'), ['keys 7 of 1']);
  const lease = lan.api.stored(leaseResource, { namespace, name: 'speaker-node-a' });
  const id = pulseKeyIdOf(new Uint8Array(32).fill(7));
  assert.equal(leaseResource.parse(lease).meta.annotations['herald/keys'], id);
});

describe('a speaker that stops', () => {
  test('lets others take over by pulses, and its Lease goes when they have', async () => {
    putKey(7);
    await lan.pass(0);
    const { datapath } = lan.speaker('node-b');
    let stopped = false;
    const stopping = lan.speaker('node-b').stop();
    void stopping.then(() => {
      stopped = true;
    });
    await lan.pass(0);
    assert.deepEqual(told('node-b', 'leave'), ['leave']);
    const lease = () => lan.api.stored(leaseResource, { namespace, name: 'speaker-node-b' });
    assert.ok(lease() !== undefined);
    datapath.say({ type: 'drained' });
    await lan.pass(0);
    assert.equal(lease(), undefined);
    await stopping;
    assert.ok(stopped);
  });
});
