import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RecordingSink } from '../../test/support/frame-in-place.ts';
import { eth0 } from '../../test/support/links.ts';
import { ScriptedFailover } from '../../test/support/scripted-failover.ts';
import { Datapath } from './datapath.ts';
import type { TakeoverReason, Vip } from './table.ts';

const ipv6 = '2001:db8::100';
const ipv4 = '192.0.2.100';

function vip(ip: string, group = ip): Vip {
  const interfaces = [{ index: eth0.index, mac: eth0.mac }];
  return { ip, service: 'shop/web', group, holder: 'b', interfaces, candidates: ['a', 'b'] };
}

function at(nowMs: number) {
  return { nowMs, wallMs: 1_000_000 + nowMs };
}

/** A node that is told what it takes; at 7 ms its memberships are there. */
class Heir {
  readonly failover = new ScriptedFailover();
  readonly datapath = new Datapath({
    announcer: { refreshMs: 0, framesPerTick: 200, tickMs: 10 },
    failover: this.failover,
    gateways: () => [],
  });
  #version = 0;

  constructor(vips: readonly Vip[]) {
    this.datapath.applyLinks([eth0], at(0));
    this.table(vips);
  }

  table(vips: readonly Vip[]): void {
    this.#version += 1;
    this.datapath.instruct(
      { type: 'table', table: { version: this.#version, self: 'a', members: [], vips } },
      at(this.#version),
    );
    this.failover.told.length = 0;
  }

  take(group: string, reason: TakeoverReason, answered = true): void {
    this.failover.want({ type: 'take', group, reason, from: 'b', afterMs: undefined, answered });
    this.datapath.settle(at(5));
  }

  giveUp(group: string): void {
    this.failover.want({ type: 'giveUp', group, reason: 'claimedByOther' });
    this.datapath.settle(at(20));
  }

  /** What it listens for. */
  listening(): readonly string[] {
    return this.datapath.listening().map(({ ip }) => ip);
  }

  /** What is taken, announced and told by then. */
  by(nowMs: number): readonly string[] {
    if (nowMs >= this.datapath.nextDecisionMs()) this.datapath.advance(at(nowMs));
    this.datapath.sendDue({ arp: new RecordingSink(), ndp: new RecordingSink() }, nowMs);
    const taken = this.datapath
      .takeEvents()
      .flatMap((event) => (event.type === 'tookOver' ? [`took ${event.ip}`] : []));
    const told = this.failover.told.splice(0).filter((line) => line.startsWith('announced'));
    return [...taken, ...told];
  }
}

describe('a group with an IPv6 address', () => {
  for (const answered of [true, false]) {
    test(`that another node ${answered ? 'answers for waits for its solicitations' : 'has given up is answered at once'}`, () => {
      const heir = new Heir([vip(ipv6)]);
      heir.take(ipv6, 'ownerNotCandidate', answered);
      assert.deepEqual(heir.listening(), [ipv6]);
      const atOnce = heir.by(5);
      heir.datapath.joined(7);
      const later = [heir.by(56), heir.by(57)];
      const done = (ms: number) => [`took ${ipv6}`, `announced ${ipv6} ${ms}`];
      assert.deepEqual([atOnce, ...later], answered ? [[], [], done(57)] : [done(5), [], []]);
    });
  }
});

test('a group of IPv4 alone is answered at once', () => {
  const heir = new Heir([vip(ipv4)]);
  heir.take(ipv4, 'ownerLeaving');
  assert.deepEqual(heir.by(5), [`took ${ipv4}`, `announced ${ipv4} 5`]);
});

test('a group of both families is answered as one', () => {
  const heir = new Heir([vip(ipv4), vip(ipv6, ipv4)]);
  heir.take(ipv4, 'ownerLeaving');
  heir.datapath.joined(7);
  assert.deepEqual([heir.by(56), heir.by(57)], [[], [`took ${ipv4}`, `took ${ipv6}`, `announced ${ipv4} 57`]]);
});

test('what is not joined yet is waited for', () => {
  const heir = new Heir([vip(ipv6)]);
  heir.take(ipv6, 'ownerLeaving');
  assert.deepEqual(heir.by(1_000), []);
  heir.datapath.joined(1_001);
  assert.equal(heir.datapath.nextDecisionMs(), 1_051);
});

test('a table that comes meanwhile does not begin it', () => {
  const heir = new Heir([vip(ipv6)]);
  heir.take(ipv6, 'ownerLeaving');
  heir.table([vip(ipv6), vip(ipv4)]);
  assert.deepEqual(heir.by(8), []);
  heir.datapath.joined(9);
  assert.deepEqual(heir.by(59), [`took ${ipv6}`, `announced ${ipv6} 59`]);
});

test('what is given up meanwhile is neither listened for nor begun', () => {
  const heir = new Heir([vip(ipv6)]);
  heir.take(ipv6, 'ownerLeaving');
  heir.datapath.joined(7);
  const before = heir.datapath.servedVersion;
  heir.giveUp(ipv6);
  assert.equal(heir.datapath.servedVersion > before, true);
  assert.deepEqual([heir.listening(), heir.by(57), heir.datapath.nextDecisionMs()], [[], [], Number.POSITIVE_INFINITY]);
});
