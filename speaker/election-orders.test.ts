import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { orderByDigest } from './election.ts';
import { ElectionOrders } from './election-orders.ts';

describe('remembered orders', () => {
  test('are those of a fresh sort, whatever nodes come and go', () => {
    const names = Array.from({ length: 40 }, (_, index) => `node-${index}`);
    fc.assert(
      fc.property(fc.array(fc.subarray(names), { minLength: 1, maxLength: 8 }), (steps) => {
        const orders = new ElectionOrders();
        for (const nodes of steps) {
          assert.deepEqual(orders.orderOf('10.0.0.1', nodes), orderByDigest('10.0.0.1', nodes));
        }
      }),
    );
  });

  test('a node that joins many is put in its place', () => {
    const many = Array.from({ length: 40 }, (_, index) => `node-${index}`);
    const orders = new ElectionOrders();
    orders.orderOf('10.0.0.1', many);
    const more = [...many.slice(1), 'node-a'];
    assert.deepEqual(orders.orderOf('10.0.0.1', more), orderByDigest('10.0.0.1', more));
  });

  test('the same nodes give the very same array', () => {
    const orders = new ElectionOrders();
    const nodes = ['node-a', 'node-b'];
    assert.equal(orders.orderOf('10.0.0.1', nodes), orders.orderOf('10.0.0.1', nodes));
  });

  test('an address that is no longer asked for is forgotten at the second sweep', () => {
    const orders = new ElectionOrders();
    orders.orderOf('10.0.0.1', ['node-a']);
    orders.orderOf('10.0.0.2', ['node-a']);
    orders.sweep();
    orders.orderOf('10.0.0.2', ['node-a']);
    orders.sweep();
    assert.equal(orders.size, 1);
  });
});
