import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LivenessMember, type PeerChanges, Peers } from './peers.ts';

const a: LivenessMember = { node: 'a', incarnation: '01', takesPart: true, leaseExpired: false };
const b: LivenessMember = { ...a, node: 'b' };
const self: LivenessMember = { ...a, node: 'self' };

function names({ joined, removed, changed }: PeerChanges): readonly (readonly string[])[] {
  return [joined, removed, changed.map(({ peer }) => peer)].map((peers) => peers.map(({ node }) => node));
}

test("a table says who joined, who is gone and who changed; self is nobody's peer", () => {
  const peers = new Peers('self');
  const said = [
    peers.setMembers([a, self], 0),
    peers.setMembers([a, b], 1),
    peers.setMembers([{ ...a, incarnation: '02' }, b], 2),
    peers.setMembers([{ ...b, leaseExpired: true }], 3),
    peers.setMembers([{ ...b, leaseExpired: true }], 4),
  ].map(names);
  assert.deepEqual(said, [
    [['a'], [], []],
    [['b'], [], []],
    [[], [], ['a']],
    [[], ['a'], ['b']],
    [[], [], []],
  ]);
});

test('a change comes with what the table said before', () => {
  const peers = new Peers('self');
  peers.setMembers([a], 0);
  const { changed } = peers.setMembers([{ ...a, takesPart: false }], 1);
  assert.deepEqual(
    changed.map(({ peer, before }) => [peer.member.takesPart, before.takesPart]),
    [[false, true]],
  );
});

test('peers are found by name and by identifier as long as they are members', () => {
  const peers = new Peers('self');
  peers.setMembers([a], 0);
  assert.equal(peers.identified('ca978112ca1bbdca'), peers.named('a'));
  assert.equal(peers.size, 1);
  peers.setMembers([], 1);
  assert.deepEqual([peers.identified('ca978112ca1bbdca'), peers.named('a'), peers.size], [undefined, undefined, 0]);
});

test('since when a Lease has been expired is kept', () => {
  const peers = new Peers('self');
  peers.setMembers([a], 0);
  for (const nowMs of [7, 8]) peers.setMembers([{ ...a, leaseExpired: true }], nowMs);
  assert.equal(peers.named('a')?.expiredMs, 7);
});
