import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { probationMs } from '../../speaker/liveness/standings.ts';
import { servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf } from '../cluster/api/service-addresses.ts';
import { eventually } from '../cluster/eventually.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { monotonicMs } from '../cluster/process/dialogue.ts';
import { vips } from '../cluster/watcher/watched-cluster.ts';
import {
  assertAllAnswered,
  assertSuccession,
  failoverSuite,
  logged,
  moves,
  plannedAnew,
  preferAnother,
  setExcluded,
  settlesAt,
} from './failover-suite.ts';

await failoverSuite(import.meta.filename, { name: 'another node takes over' }, (watched) => {
  function bystander(owner: ClusterNode): ClusterNode {
    const other = watched().cluster.nodes.find((node) => node !== owner);
    assert.ok(other);
    return other;
  }

  /** From now on, for longer than who comes back is on probation. */
  async function staysAt(owner: ClusterNode): Promise<void> {
    const sinceMs = monotonicMs();
    await delay(probationMs + 500);
    await assertSuccession(watched(), sinceMs, [owner]);
  }

  test('from a node that crashes; the node that comes back leaves the addresses where they are', async () => {
    const { from, to, sinceMs } = await moves(watched(), (owner) => owner.crash());
    await from.boot();
    await settlesAt(watched(), to);
    await assertSuccession(watched(), sinceMs, [from, to]);
  });

  test('from a speaker that is killed, while its node goes on serving those who know it; and it comes back', async () => {
    const { client } = watched().cluster;
    const fetched = async (): Promise<void> => {
      for (const vip of vips) assert.match((await client.fetch(vip, 80)).body, /^Hello/);
    };
    await fetched();
    const { from, to, sinceMs } = await moves(watched(), (owner) => owner.speaker.kill('SIGKILL'));
    await fetched();
    from.speaker.start();
    await settlesAt(watched(), to);
    await fetched();
    await assertSuccession(watched(), sinceMs, [from, to]);
  });

  test('from a speaker that hangs; once that goes on and has seen it, it answers no more', async () => {
    const { from, to } = await moves(watched(), ({ speaker }) => speaker.kill('SIGSTOP'));
    const before = logged(from, 'gave-up');
    await from.speaker.kill('SIGCONT');
    await eventually('it gives up both addresses', () => logged(from, 'gave-up') - before === 2 || undefined);
    await eventually('it says that it did not run', () => logged(from, 'stalled') > 0 || undefined);
    const sinceMs = monotonicMs();
    await settlesAt(watched(), to);
    await assertSuccession(watched(), sinceMs, [to]);
  });

  test('from a node whose cable is pulled, and which claims nothing when it is back', async () => {
    const { from, to } = await moves(watched(), (owner) => owner.setCable(false));
    const before = logged(from, 'took-over');
    await from.setCable(true);
    await settlesAt(watched(), to);
    await staysAt(to);
    assert.equal(logged(from, 'took-over'), before);
  });

  test('from a node whose interface is set down', async () => {
    const { from, to } = await moves(watched(), (owner) => owner.setLink(false));
    await from.setLink(true);
    await settlesAt(watched(), to);
    await staysAt(to);
  });

  test('a node that does not own the addresses claims nothing when its cable is pulled, nor when it is back', async () => {
    const owner = await watched().settled();
    const other = bystander(owner);
    const before = logged(other, 'took-over');
    const downs = logged(owner, 'member-down');
    const sinceMs = monotonicMs();
    await other.setCable(false);
    await eventually('the owner takes it for dead', () => logged(owner, 'member-down') > downs || undefined);
    await other.setCable(true);
    await settlesAt(watched(), owner);
    await staysAt(owner);
    assert.equal(logged(other, 'took-over'), before);
    await assertSuccession(watched(), sinceMs, [owner]);
  });

  test('from a node that is labelled as excluded, without a gap; the node that may serve again takes nothing back', async () => {
    const { from, to, sinceMs } = await moves(watched(), (owner) => setExcluded(watched(), owner, true));
    await assertAllAnswered(watched(), sinceMs);
    await plannedAnew(watched(), () => setExcluded(watched(), from, false));
    await staysAt(to);
  });

  test('which an advertisement now prefers, without a gap', async () => {
    const { sinceMs } = await moves(watched(), (owner) => preferAnother(watched(), owner));
    await assertAllAnswered(watched(), sinceMs);
  });

  test('from a speaker that is asked to end, and which goes on answering until another one does', async () => {
    // What a request meets between the two depends on when either of them runs: more than one look.
    for (let round = 0; round < 3; round += 1) {
      const { from, sinceMs } = await moves(watched(), ({ speaker }) => speaker.kill('SIGTERM'));
      await assertAllAnswered(watched(), sinceMs);
      from.speaker.start();
      await watched().settled();
    }
  });

  test('through all of this the Service kept its addresses', async () => {
    const { api } = watched().cluster;
    assert.deepEqual(addressesOf(await api.get(`${servicesPath}/web`)), vips);
  });
});
