import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RenewalLag } from './renewal-lag.ts';

test('a renewal that comes later than others of its holder was under way for so much longer', () => {
  const lag = new RenewalLag();
  assert.equal(lag.lagMs('a', 10_000, 10_020), 0);
  assert.equal(lag.lagMs('a', 15_000, 15_320), 300);
  assert.equal(lag.lagMs('a', 20_000, 20_010), 0);
  assert.equal(lag.lagMs('a', 25_000, 25_110), 100);
});

test('clocks that are minutes apart make no difference', () => {
  const lag = new RenewalLag();
  assert.equal(lag.lagMs('ahead', 130_000, 10_000), 0);
  assert.equal(lag.lagMs('ahead', 135_000, 15_400), 400);
  assert.equal(lag.lagMs('behind', 1_000, 500_000), 0);
  assert.equal(lag.lagMs('behind', 6_000, 505_050), 50);
});

test('a clock that was set back by more than a renewal is believed at once', () => {
  const lag = new RenewalLag();
  lag.lagMs('a', 3_600_000, 10_000);
  lag.lagMs('a', 3_605_000, 15_000);
  assert.equal(lag.lagMs('a', 5_000, 20_040), 0);
  assert.equal(lag.lagMs('a', 10_000, 25_000), 0);
  assert.equal(lag.lagMs('a', 15_000, 30_120), 120);
});

test('a clock that was set back by less is believed again after eight renewals', () => {
  const lag = new RenewalLag();
  lag.lagMs('a', 10_000, 10_000);
  const lags = Array.from({ length: 9 }, (_, round) => lag.lagMs('a', 11_000 + round * 5_000, 15_000 + round * 5_000));
  assert.deepEqual(lags, [4_000, 4_000, 4_000, 4_000, 4_000, 4_000, 4_000, 0, 0]);
});

test('a clock that was set forward is believed at once', () => {
  const lag = new RenewalLag();
  lag.lagMs('a', 10_000, 10_000);
  assert.equal(lag.lagMs('a', 3_615_000, 15_030), 0);
  assert.equal(lag.lagMs('a', 3_620_000, 20_070), 40);
});

test('what was known of a node goes with its Lease', () => {
  const lag = new RenewalLag();
  lag.lagMs('a', 10_000, 10_020);
  lag.drop('a');
  assert.equal(lag.lagMs('a', 15_000, 15_900), 0);
});
