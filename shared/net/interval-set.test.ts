import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { IpAddress, IpFamily } from './address.ts';
import { type AddressRange, formatRange, rangeOf } from './address-range.ts';
import { IntervalSet } from './interval-set.ts';

const ipv4 = (value: bigint): IpAddress => ({ family: 'IPv4', value });
const span = (family: IpFamily, first: bigint, last: bigint): AddressRange => ({ family, first, last });

describe('an interval set', () => {
  test('starts empty', () => {
    const set = new IntervalSet();
    assert.equal(set.has(ipv4(0n)), false);
    assert.deepEqual(set.firstFree(span('IPv4', 5n, 9n)), ipv4(5n));
    assert.deepEqual([...set.ranges()], []);
  });

  test('hands out the lowest address that is free, and none where all are taken', () => {
    const set = new IntervalSet();
    set.insertRange(span('IPv4', 5n, 6n));
    set.insert(ipv4(8n));
    assert.deepEqual(set.firstFree(span('IPv4', 5n, 9n)), ipv4(7n));
    set.insert(ipv4(7n));
    assert.deepEqual(set.firstFree(span('IPv4', 5n, 9n)), ipv4(9n));
    set.insert(ipv4(9n));
    assert.equal(set.firstFree(span('IPv4', 5n, 9n)), undefined);
  });

  test('joins what touches, so that a full /8 is one run', () => {
    const set = new IntervalSet();
    set.insertRange(span('IPv4', 0x0a000000n, 0x0a7fffffn));
    set.insertRange(span('IPv4', 0x0a800000n, 0x0affffffn));
    assert.deepEqual([...set.ranges()].map(formatRange), ['10.0.0.0/8']);
    assert.equal(set.count(span('IPv4', 0n, 2n ** 32n - 1n)), 2n ** 24n);
  });

  test('splits where something is taken out of the middle', () => {
    const set = new IntervalSet();
    set.insertRange(span('IPv6', 0n, 2n ** 128n - 1n));
    set.removeRange(span('IPv6', 1n, 2n ** 128n - 2n));
    assert.deepEqual([...set.ranges()], [span('IPv6', 0n, 0n), span('IPv6', 2n ** 128n - 1n, 2n ** 128n - 1n)]);
  });

  test('keeps the families apart', () => {
    const set = new IntervalSet();
    set.insert(ipv4(1n));
    assert.equal(set.has({ family: 'IPv6', value: 1n }), false);
    assert.equal(set.count(span('IPv6', 0n, 10n)), 0n);
  });
});

type Command =
  | { readonly type: 'insert'; readonly range: AddressRange }
  | { readonly type: 'remove'; readonly range: AddressRange }
  | { readonly type: 'insertOne'; readonly address: IpAddress }
  | { readonly type: 'removeOne'; readonly address: IpAddress };

/** A plain set of numbers: slow, and plainly right. */
class Model {
  readonly #members = new Set<string>();

  apply(command: Command): void {
    const insert = command.type === 'insert' || command.type === 'insertOne';
    const range = 'range' in command ? command.range : rangeOf(command.address);
    const { family, first, last } = range;
    for (let value = first; value <= last; value += 1n) this.#change(insert, { family, value });
  }

  has({ family, value }: IpAddress): boolean {
    return this.#members.has(`${family} ${value}`);
  }

  #change(insert: boolean, { family, value }: IpAddress): void {
    if (insert) this.#members.add(`${family} ${value}`);
    else this.#members.delete(`${family} ${value}`);
  }
}

function applyTo(set: IntervalSet, command: Command): void {
  if (command.type === 'insert') set.insertRange(command.range);
  if (command.type === 'remove') set.removeRange(command.range);
  if (command.type === 'insertOne') set.insert(command.address);
  if (command.type === 'removeOne') set.remove(command.address);
}

const family = fc.constantFrom<IpFamily>('IPv4', 'IPv6');
const anyRange = fc
  .tuple(family, fc.bigInt(0n, 60n), fc.bigInt(0n, 15n))
  .map(([chosen, first, more]) => span(chosen, first, first + more));
const anyAddress = fc.record({ family, value: fc.bigInt(0n, 80n) });
const command: fc.Arbitrary<Command> = fc.oneof(
  anyRange.map((range): Command => ({ type: 'insert', range })),
  anyRange.map((range): Command => ({ type: 'remove', range })),
  anyAddress.map((address): Command => ({ type: 'insertOne', address })),
  anyAddress.map((address): Command => ({ type: 'removeOne', address })),
);

test('an interval set answers like a plain set, whatever was done to it', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), anyRange, (commands, asked) => {
      const set = new IntervalSet();
      const model = new Model();
      for (const each of commands) {
        applyTo(set, each);
        model.apply(each);
      }
      const members: bigint[] = [];
      let free: IpAddress | undefined;
      for (let value = asked.first; value <= asked.last; value += 1n) {
        const address = { family: asked.family, value };
        assert.equal(set.has(address), model.has(address));
        if (model.has(address)) members.push(value);
        else free ??= address;
      }
      assert.deepEqual(set.firstFree(asked), free);
      assert.equal(set.count(asked), BigInt(members.length));
      const runs = [...set.ranges()];
      for (const [index, run] of runs.entries()) {
        const next = runs[index + 1];
        assert.ok(next === undefined || next.family !== run.family || next.first > run.last + 1n, 'runs are maximal');
      }
    }),
    { numRuns: 300 },
  );
});

test('ten thousand fragments keep their order through splits and joins of chunks', () => {
  const set = new IntervalSet();
  // A fixed walk over all even numbers in a scattered order: 7919 is prime to 10,000.
  for (let step = 0; step < 10_000; step += 1) set.insert(ipv4(BigInt(((step * 7919) % 10_000) * 2)));
  assert.equal(set.count(span('IPv4', 0n, 20_000n)), 10_000n);
  assert.deepEqual(set.firstFree(span('IPv4', 12_344n, 20_000n)), ipv4(12_345n));
  assert.equal([...set.ranges()].length, 10_000);
  assert.equal(set.count(span('IPv4', 1_001n, 3_000n)), 1_000n);
  for (let step = 0; step < 10_000; step += 1) set.insert(ipv4(BigInt(((step * 7919) % 10_000) * 2 + 1)));
  assert.deepEqual([...set.ranges()], [span('IPv4', 0n, 19_999n)]);
  for (let step = 0; step < 10_000; step += 1) set.remove(ipv4(BigInt(((step * 7919) % 10_000) * 2)));
  assert.equal(set.count(span('IPv4', 0n, 20_000n)), 10_000n);
  set.removeRange(span('IPv4', 0n, 20_000n));
  assert.deepEqual([...set.ranges()], []);
});
