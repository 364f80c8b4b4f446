import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { initialProxyHealth, type ProbeResult, stepProxyHealth } from './proxy-health.ts';

describe('kube-proxy’s health', () => {
  const rows: readonly { name: string; probes: readonly (readonly [number, ProbeResult])[]; unhealthy: boolean }[] = [
    { name: 'answers', probes: [[0, 'healthy']], unhealthy: false },
    {
      name: 'fails four probes in a row, a second apart but for what timers are late by',
      probes: [
        [0, 'healthy'],
        [1_004, 'failing'],
        [2_001, 'failing'],
        [3_001, 'failing'],
        [4_000, 'failing'],
      ],
      unhealthy: true,
    },
    {
      name: 'fails three probes in a row',
      probes: [
        [0, 'healthy'],
        [1_000, 'failing'],
        [2_000, 'failing'],
        [3_004, 'failing'],
      ],
      unhealthy: false,
    },
    {
      name: 'nobody ever listened',
      probes: [
        [0, 'refused'],
        [10_000, 'refused'],
      ],
      unhealthy: false,
    },
    {
      name: 'fails for less than 3 s',
      probes: [
        [0, 'healthy'],
        [1_000, 'failing'],
        [3_900, 'failing'],
      ],
      unhealthy: false,
    },
    {
      name: 'fails for 3 s',
      probes: [
        [0, 'healthy'],
        [1_000, 'failing'],
        [4_000, 'failing'],
      ],
      unhealthy: true,
    },
    {
      name: 'has failed from the start',
      probes: [
        [0, 'failing'],
        [3_000, 'failing'],
      ],
      unhealthy: true,
    },
    {
      name: 'a good answer in between starts anew',
      probes: [
        [0, 'failing'],
        [2_000, 'healthy'],
        [4_000, 'failing'],
        [6_000, 'failing'],
      ],
      unhealthy: false,
    },
    {
      name: 'recovers',
      probes: [
        [0, 'failing'],
        [4_000, 'failing'],
        [5_000, 'healthy'],
      ],
      unhealthy: false,
    },
    {
      name: 'was there and is gone',
      probes: [
        [0, 'healthy'],
        [1_000, 'refused'],
        [4_000, 'refused'],
      ],
      unhealthy: true,
    },
    {
      name: 'was taken away for good',
      probes: [
        [0, 'healthy'],
        [1_000, 'refused'],
        [4_000, 'refused'],
        [601_000, 'refused'],
      ],
      unhealthy: false,
    },
  ];
  for (const { name, probes, unhealthy } of rows) {
    test(`${name}: ${unhealthy ? 'unhealthy' : 'healthy'}`, () => {
      const state = probes.reduce((now, [atMs, result]) => stepProxyHealth(now, result, atMs), initialProxyHealth);
      assert.equal(state.unhealthy, unhealthy);
    });
  }
});
