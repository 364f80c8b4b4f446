import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { electionDigest, orderByDigest, rankCandidates } from './election.ts';

describe('order by digest', () => {
  const golden = [
    { address: '10.0.0.1', nodes: ['node-a', 'node-b', 'node-c'], order: ['node-b', 'node-a', 'node-c'] },
    { address: '10.0.0.2', nodes: ['node-a', 'node-b', 'node-c'], order: ['node-b', 'node-c', 'node-a'] },
    { address: '10.20.30.1', nodes: ['iris1', 'iris2'], order: ['iris2', 'iris1'] },
    { address: '10.20.30.2', nodes: ['iris1', 'iris2'], order: ['iris1', 'iris2'] },
  ];
  for (const { address, nodes, order } of golden) {
    test(`of ${nodes.join(', ')} for ${address} is MetalLB's`, () => {
      assert.deepEqual(orderByDigest(address, nodes), order);
    });
  }

  test('the digest is sha256 of node#ip', () => {
    assert.equal(
      electionDigest('node-a', '10.0.0.1'),
      'dd41591fe8f31f9f38e297fe9892a8eff47892ea017c4167619a62f366fb8149',
    );
  });
});

describe('rank', () => {
  const order = ['b', 'c', 'a'];
  const rows = [
    {
      name: 'equal scores keep the digest order',
      scores: [
        ['a', 0],
        ['b', 0],
        ['c', 0],
      ],
      ranked: ['b', 'c', 'a'],
    },
    {
      name: 'a higher score comes first',
      scores: [
        ['a', 5],
        ['b', 0],
        ['c', 0],
      ],
      ranked: ['a', 'b', 'c'],
    },
    {
      name: 'nodes without a score are no candidates',
      scores: [
        ['a', 0],
        ['c', 0],
      ],
      ranked: ['c', 'a'],
    },
    { name: 'nobody', scores: [], ranked: [] },
  ] as const;
  for (const { name, scores, ranked } of rows) {
    test(name, () => assert.deepEqual(rankCandidates(order, new Map(scores)), ranked));
  }

  test('does not depend on the order in which nodes come', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.domain()), fc.ipV4(), (nodes, address) => {
        assert.deepEqual(orderByDigest(address, nodes), orderByDigest(address, [...nodes].reverse()));
      }),
    );
  });

  test('a node that goes away does not change the order of the others', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.domain(), { minLength: 1 }), fc.ipV4(), (nodes, address) => {
        const [gone, ...rest] = nodes;
        assert.deepEqual(
          orderByDigest(address, rest),
          orderByDigest(address, nodes).filter((node) => node !== gone),
        );
      }),
    );
  });
});
