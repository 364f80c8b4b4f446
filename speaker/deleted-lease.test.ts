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
