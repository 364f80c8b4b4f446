import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultEventQueueLimits, EventQueue, type EventWrite } from './event-queue.ts';
import type { EventToRecord } from './event-recorder.ts';

function event(fields: {
  name?: string;
  reason?: string;
  message?: string;
  type?: 'Normal' | 'Warning';
}): EventToRecord {
  const { name = 'web', reason = 'IPAllocated', message = 'assigned', type = 'Normal' } = fields;
  return { regarding: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name, uid: 'u' }, type, reason, message };
}

/** Takes all and pretends that each was written. */
function write(queue: EventQueue): string[] {
  const writes: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    const { pending } = next;
    const count = next.type === 'count' ? next.count : pending.count;
    queue.remember(pending.key, { namespace: 'shop', name: 'n', count, lastMs: pending.lastMs });
    writes.push(textOf(next, count));
  }
  return writes;
}

const textOf = ({ type, pending }: EventWrite, count: number): string =>
  `${type} ${pending.event.regarding.name} ${pending.event.message} ${count}`;

describe('event queue', () => {
  test('equal events that wait become one, in the place of the first', () => {
    const queue = new EventQueue();
    assert.equal(queue.add(event({}), 0), 'queued');
    assert.equal(queue.add(event({ message: 'other' }), 1), 'queued');
    assert.equal(queue.add(event({}), 2), 'merged');
    assert.deepEqual(write(queue), ['create web assigned 2', 'create web other 1']);
  });

  test('equal events within ten minutes of the last count up the object that was written', () => {
    const queue = new EventQueue();
    queue.add(event({}), 0);
    write(queue);
    queue.add(event({}), 600_000);
    assert.deepEqual(write(queue), ['count web assigned 2']);
    queue.add(event({}), 1_200_000);
    assert.deepEqual(write(queue), ['count web assigned 3']);
    queue.add(event({}), 1_800_001);
    assert.deepEqual(write(queue), ['create web assigned 1']);
  });

  const different: { name: string; other: EventToRecord }[] = [
    { name: 'object', other: event({ name: 'db' }) },
    { name: 'reason', other: event({ reason: 'ClearAssignment' }) },
    { name: 'message', other: event({ message: 'else' }) },
    { name: 'type', other: event({ type: 'Warning' }) },
  ];
  for (const { name, other } of different) {
    test(`events that differ in their ${name} are two`, () => {
      const queue = new EventQueue();
      queue.add(event({}), 0);
      assert.equal(queue.add(other, 0), 'queued');
      assert.equal(write(queue).length, 2);
    });
  }

  test('one object gets 25 at once and then one in five minutes; other objects are not concerned', () => {
    const queue = new EventQueue();
    const outcomes = Array.from({ length: 30 }, (_, i) => queue.add(event({ reason: `r${i}` }), 0));
    assert.equal(outcomes.filter((outcome) => outcome === 'queued').length, 25);
    assert.equal(queue.add(event({ name: 'db' }), 0), 'queued');
    assert.equal(queue.add(event({ message: 'early' }), 299_999), 'spam');
    assert.equal(queue.add(event({ message: 'late' }), 300_000), 'queued');
    assert.equal(queue.add(event({ message: 'later' }), 300_001), 'spam');
  });

  test('the tenth of events that differ in their message alone, and what follows, is one that is counted up', () => {
    const queue = new EventQueue();
    for (let i = 1; i <= 9; i += 1) queue.add(event({ message: `m${i}` }), i);
    assert.equal(write(queue).length, 9);
    queue.add(event({ message: 'm10' }), 10);
    queue.add(event({ message: 'm1' }), 11);
    assert.deepEqual(write(queue), ['create web (combined from similar events): m1 2']);
    queue.add(event({ message: 'm11' }), 12);
    assert.deepEqual(write(queue), ['count web (combined from similar events): m11 3']);
    assert.equal(queue.add(event({ reason: 'ClearAssignment', message: 'm12' }), 13), 'queued');
    assert.deepEqual(write(queue), ['create web m12 1']);
  });

  test('after ten quiet minutes similar events are told one by one again', () => {
    const queue = new EventQueue();
    for (let i = 1; i <= 10; i += 1) queue.add(event({ message: `m${i}` }), 0);
    write(queue);
    queue.add(event({ message: 'm11' }), 600_000);
    assert.deepEqual(write(queue), ['count web (combined from similar events): m11 2']);
    queue.add(event({ message: 'm12' }), 1_200_001);
    assert.deepEqual(write(queue), ['create web m12 1']);
  });

  test('a wall clock that is set back by a year silences nobody', () => {
    const queue = new EventQueue();
    const year = 31_536_000_000;
    assert.equal(queue.add(event({ message: 'before' }), year), 'queued');
    assert.equal(queue.add(event({ message: 'after' }), 0), 'queued');
  });

  test('when it is full, the oldest goes', () => {
    const queue = new EventQueue({ ...defaultEventQueueLimits, maxPending: 2 });
    queue.add(event({ name: 'a' }), 0);
    queue.add(event({ name: 'b' }), 0);
    assert.equal(queue.add(event({ name: 'c' }), 0), 'queuedDroppingOldest');
    assert.deepEqual(write(queue), ['create b assigned 1', 'create c assigned 1']);
  });
});
