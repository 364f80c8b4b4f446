import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readString } from '../../shared/api/json.ts';
import { orderByDigest } from '../../speaker/election.ts';
import { eventually } from '../cluster/eventually.ts';
import { addMachine, addSegment, machine, moveToSegment } from '../cluster/network/topology.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { monotonicMs } from '../cluster/process/dialogue.ts';
import { vips } from '../cluster/watcher/watched-cluster.ts';
import { Watcher } from '../cluster/watcher/watcher.ts';
import { assertSuccession, failoverSuite, logged, settlesAt } from './failover-suite.ts';

const segment = 'lan-2';

await failoverSuite(import.meta.filename, { name: 'a LAN that falls apart and heals' }, (watched) => {
  const there = new Watcher(machine('watcher-2', 202));

  before(async () => {
    await addSegment(segment);
    await addMachine(there.machine);
    await moveToSegment(there.machine, segment);
    await there.start();
    await there.watch(vips, 5);
  });

  after(() => there.process.kill('SIGKILL'));

  function bystanders(owner: ClusterNode): readonly ClusterNode[] {
    return watched().cluster.nodes.filter((node) => node !== owner);
  }

  test('the owner alone goes on in its part, the others replace it in theirs, and who of both ranks first is left', async () => {
    const owner = await watched().settled();
    const downs = logged(owner, 'member-down');
    await moveToSegment(owner.machine, segment);
    const taker = await eventually('another one answers the others', async () => {
      const answering = await watched().soleOwner();
      return answering === owner ? undefined : answering;
    });
    const { name } = await eventually('one answers in the other part', () => watched().soleOwner(there));
    assert.equal(name, owner.name);
    // Before that it would be one that was away for a moment, which finds a higher claim and yields.
    await eventually(
      'the owner, too, takes the others for dead',
      () => logged(owner, 'member-down') - downs >= 2 || undefined,
    );
    const [winner, loser] = ranksBefore(owner, taker) ? [owner, taker] : [taker, owner];
    const before = logged(loser, 'gave-up');
    await moveToSegment(owner.machine, 'lan');
    await eventually(
      `${loser.name} gives up both addresses`,
      () => logged(loser, 'gave-up') - before >= 2 || undefined,
    );
    await eventually('the Service tells of it', async () => {
      const events = await watched().cluster.api.list('/api/v1/namespaces/default/events');
      const said = `node ${loser.name} gave it up: claimedByOther `;
      return events.some((event) => readString(event, 'message')?.startsWith(said)) || undefined;
    });
    await settlesAt(watched(), winner);
    const sinceMs = monotonicMs();
    await settlesAt(watched(), winner);
    await assertSuccession(watched(), sinceMs, [winner]);
  });

  function ranksBefore(one: ClusterNode, other: ClusterNode): boolean {
    return orderByDigest(vips[0], [one.name, other.name])[0] === one.name;
  }

  test('a node that is cut off from all takes over there after a while, and one of the two is left when the LAN heals', async () => {
    const owner = await watched().settled();
    const [alone] = bystanders(owner);
    assert.ok(alone);
    await moveToSegment(alone.machine, segment);
    const { name } = await eventually('one answers there', () => watched().soleOwner(there));
    assert.equal(name, alone.name);
    assert.equal((await watched().soleOwner()).name, owner.name);
    await moveToSegment(alone.machine, 'lan');
    await watched().settled();
    const sinceMs = monotonicMs();
    const left = await watched().settled();
    await assertSuccession(watched(), sinceMs, [left]);
  });
});
