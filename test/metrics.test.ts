import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Registry } from 'prom-client';
import { ControllerMetrics } from '../controller/metrics.ts';
import { SpeakerMetrics } from '../speaker/metrics.ts';

/** What bounds the values of each label: series must not grow with time, nor with what a stranger sends. */
const bounds: Readonly<Record<string, string>> = {
  counter: 'names of counters in the datapath',
  family: 'IPv4, IPv6',
  ip: 'addresses that the node announces; of conflicts the last thousand',
  node: 'nodes with a speaker',
  policy: 'the one in force',
  pool: 'pools, removed with them',
  protocol: 'arp, ndp',
  reason: 'literals of the program',
  resource: 'kinds that the program writes',
  result: 'ok, conflict, gone, failed',
  service: 'Services that the node announces; of conflicts the last thousand',
  severity: 'error, warning, notice',
  standing: 'live, probation, leaving, dead',
};

interface Told {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

/** https://prometheus.io/docs/practices/naming/ */
for (const Metrics of [ControllerMetrics, SpeakerMetrics]) {
  describe(`each of the ${Metrics.name}`, () => {
    const registry = new Registry();
    new Metrics(registry);
    const told = registry.getMetricsAsArray() as unknown as readonly Told[];

    test('says in a sentence what it tells', () => {
      assert.ok(told.length >= 12);
      for (const { name, help } of told) assert.match(help, /^\S.{10,}\.$/, name);
    });

    test('has a name in base units: counters end in _total, histograms are of seconds', () => {
      const types = new Map(told.map(({ name, type }) => [name, type]));
      for (const [name, type] of types) {
        assert.match(name, /^herald(_[a-z]+)+$/);
        assert.equal(name.endsWith('_total'), type === 'counter', `${name} is a ${type}`);
        assert.equal(name.endsWith('_seconds'), type === 'histogram', `${name} is a ${type}`);
        assert.doesNotMatch(name, /_(ms|milliseconds|minutes|percent|kb)(_|$)/);
      }
    });

    test('has labels whose values something bounds', () => {
      const labels = new Set(told.flatMap(({ labelNames }) => labelNames));
      assert.ok(labels.size >= 5);
      assert.deepEqual(
        [...labels].filter((label) => bounds[label] === undefined),
        [],
      );
    });
  });
}
