import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Registry } from 'prom-client';
import type { Finding } from '../shared/config/model.ts';
import { ControllerMetrics } from './metrics.ts';

let registry: Registry;
let metrics: ControllerMetrics;
beforeEach(() => {
  registry = new Registry();
  metrics = new ControllerMetrics(registry);
});

/** The lines of values, without those of histogram buckets. */
async function lines(): Promise<readonly string[]> {
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !line.includes('_bucket'));
}

const atRest = [
  'herald_allocations_total 0',
  'herald_allocation_seconds_sum 0',
  'herald_allocation_seconds_count 0',
  'herald_services_waiting 0',
  'herald_config_stale 0',
  'herald_leader 0',
];

test('every metric is Herald’s, and says what it means', async () => {
  const all = await registry.getMetricsAsJSON();
  assert.deepEqual(
    all.map(({ name }) => name),
    [
      ...['herald_pool_addresses', 'herald_pool_addresses_in_use', 'herald_pool_addresses_set_aside'],
      ...['herald_allocations_total', 'herald_allocation_failures_total', 'herald_allocation_seconds'],
      ...['herald_services_waiting', 'herald_api_writes_total', 'herald_api_write_retries_total'],
      ...['herald_config_findings', 'herald_config_stale', 'herald_leader'],
    ],
  );
  for (const { name, help } of all) assert.match(help, /^\S.{10,}\.$/, name);
  assert.deepEqual(await lines(), atRest);
});

describe('the metrics tell', () => {
  const finding = (severity: Finding['severity']): Finding => ({
    severity,
    object: { kind: 'IPAddressPool', namespace: 'herald-system', name: 'a' },
    path: 'spec',
    message: 'bad',
  });
  const rows: readonly [string, () => void, readonly string[]][] = [
    [
      'capacity and use of a pool by family',
      () => {
        metrics.poolUsage('a', 'IPv4', { inUse: 3n, of: 254n }, 2);
        metrics.poolUsage('a', 'IPv6', { inUse: 0n, of: 2n ** 64n });
      },
      [
        'herald_pool_addresses{pool="a",family="IPv4"} 254',
        'herald_pool_addresses{pool="a",family="IPv6"} 18446744073709552000',
        'herald_pool_addresses_in_use{pool="a",family="IPv4"} 3',
        'herald_pool_addresses_in_use{pool="a",family="IPv6"} 0',
        'herald_pool_addresses_set_aside{pool="a",family="IPv4"} 2',
        'herald_pool_addresses_set_aside{pool="a",family="IPv6"} 0',
      ],
    ],
    [
      'nothing of a pool that is gone',
      () => {
        metrics.poolUsage('a', 'IPv4', { inUse: 3n, of: 254n });
        metrics.poolGone('a');
      },
      [],
    ],
    [
      'nothing of pools and of those who wait once another leads',
      () => {
        metrics.leading(true);
        metrics.poolUsage('a', 'IPv4', { inUse: 3n, of: 254n });
        metrics.waiting(2);
        metrics.leading(false);
      },
      [],
    ],
    [
      'who was given an address, and how long that took',
      () => {
        metrics.allocated(0.5);
        metrics.allocated(1);
      },
      ['herald_allocations_total 2', 'herald_allocation_seconds_sum 1.5', 'herald_allocation_seconds_count 2'],
    ],
    [
      'requests that could not be fulfilled, by reason',
      () => {
        metrics.allocationFailed('AllocationFailed');
        metrics.allocationFailed('NotEnoughClusterIPs');
        metrics.allocationFailed('AllocationFailed');
      },
      [
        'herald_allocation_failures_total{reason="AllocationFailed"} 2',
        'herald_allocation_failures_total{reason="NotEnoughClusterIPs"} 1',
      ],
    ],
    ['who waits', () => metrics.waiting(7), ['herald_services_waiting 7']],
    [
      'writes by what came of them, and those that are tried again',
      () => {
        for (const result of ['ok', 'ok', 'conflict', 'gone', 'failed'] as const) metrics.wrote('services', result);
      },
      [
        'herald_api_writes_total{resource="services",result="ok"} 2',
        'herald_api_writes_total{resource="services",result="conflict"} 1',
        'herald_api_writes_total{resource="services",result="gone"} 1',
        'herald_api_writes_total{resource="services",result="failed"} 1',
        'herald_api_write_retries_total{resource="services"} 2',
      ],
    ],
    [
      'what is wrong with the configuration, and that an earlier one is in force',
      () => metrics.configured([finding('error'), finding('warning'), finding('error'), finding('notice')], true),
      [
        'herald_config_findings{severity="error"} 2',
        'herald_config_findings{severity="warning"} 1',
        'herald_config_findings{severity="notice"} 1',
        'herald_config_stale 1',
      ],
    ],
    ['who leads', () => metrics.leading(true), ['herald_leader 1']],
  ];
  for (const [what, act, expected] of rows) {
    test(what, async () => {
      act();
      const nameOf = (line: string): string => line.replace(/[ {].*/, '');
      const told = new Set(expected.map(nameOf));
      const rest = atRest.filter((line) => !told.has(nameOf(line)));
      assert.deepEqual((await lines()).toSorted(), [...expected, ...rest].toSorted());
    });
  }
});
