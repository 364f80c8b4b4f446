import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseResource } from '../shared/api/lease.ts';
import { SpeakersFixture } from '../test/support/speakers-fixture.ts';

const name = { namespace: 'herald-system', name: 'speaker-node-b' };

test('the Lease of a speaker that somebody deletes is back at once, and not only with the next renewal', async () => {
  const lan = new SpeakersFixture();
  await lan.start('node-a', 'node-b');
  await lan.api.delete(leaseResource, name);
  await lan.clock.advance(100);
  assert.notEqual(lan.api.stored(leaseResource, name), undefined);
  const left = lan.log.lines.filter(({ event }) => event === 'member-left').map(({ fields }) => fields);
  // Said by both.
  const said = { node: 'node-b', why: 'its Lease was deleted' };
  assert.deepEqual(left, [said, said]);
  await lan.speaker('node-b').stop();
  await lan.pass(5_000);
  assert.equal(lan.api.stored(leaseResource, name), undefined);
  await lan.stop();
});

for (const away of [false, true]) {
  test(`an owner whose Lease somebody deletes keeps its address as long as it is heard${away ? ', though the API server goes away at once' : ''}`, async () => {
    const lan = new SpeakersFixture();
    await lan.start('node-a', 'node-b');
    lan.service();
    lan.slice('web', ['node-a']);
    await lan.pass(5_000);
    for (const [node, other] of [
      ['node-a', 'node-b'],
      ['node-b', 'node-a'],
    ] as const) {
      lan.speaker(node).datapath.say({ type: 'memberUp', node: other, why: 'joined' });
    }
    await lan.api.delete(leaseResource, name);
    lan.setServerAway(away);
    await lan.pass(30_000);
    assert.deepEqual(lan.owners('10.0.0.1'), ['node-b']);
    const took = lan.log.lines.filter(({ event }) => event === 'took-over').map(({ fields }) => fields?.['ip']);
    assert.deepEqual(took, ['10.0.0.1']);
    const said = lan.log.events.filter((event) => ['member-left', 'member-without-lease'].includes(event));
    // By both.
    assert.deepEqual(said, ['member-without-lease', 'member-without-lease']);
    await lan.stop();
  });
}

test('of a member that falls silent after somebody deleted its Lease it is not said that its Lease ran out', async () => {
  const lan = new SpeakersFixture();
  await lan.start('node-a', 'node-b');
  const { datapath } = lan.speaker('node-a');
  datapath.say({ type: 'memberUp', node: 'node-b', why: 'joined' });
  await lan.speaker('node-b').crash();
  await lan.api.delete(leaseResource, name);
  await lan.pass(1_000);
  datapath.say({ type: 'memberDown', node: 'node-b', why: 'notHeard', silentMs: 310 });
  const left = lan.log.lines.filter(({ event }) => event === 'member-left').map(({ fields }) => fields);
  assert.deepEqual(left, [{ node: 'node-b', why: 'it has no Lease that is in force, and is not heard any more' }]);
  await lan.stop();
});
