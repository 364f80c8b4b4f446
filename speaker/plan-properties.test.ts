import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { aNode, aService, aSlice } from '../test/support/plan-inputs.ts';
import { abc, planOf, speaker, type World } from '../test/support/plan-world.ts';
import { verdictOn } from './group-plan.ts';
import type { Plan } from './plan.ts';

describe('any plan', () => {
  const worlds = fc.record({
    services: fc.uniqueArray(
      fc.record({
        name: fc.integer({ min: 0, max: 20 }).map((number) => `s${number}`),
        ips: fc.uniqueArray(
          fc.integer({ min: 0, max: 300 }).map((last) => `10.0.${last >> 8}.${last & 255}`),
          { minLength: 1, maxLength: 2 },
        ),
        local: fc.boolean(),
        endpoints: fc.subarray(abc),
      }),
      { selector: ({ name }) => name },
    ),
    alive: fc.subarray(abc),
    leaving: fc.subarray(abc),
  });
  const toWorld = ({ services, alive, leaving }: typeof worlds extends fc.Arbitrary<infer T> ? T : never): World => ({
    services: services.map(({ name, ips, local }) =>
      aService({ name, ips, spec: { externalTrafficPolicy: local ? 'Local' : 'Cluster' } }),
    ),
    slices: services.map(({ name, endpoints }) => aSlice(name, endpoints)),
    speakers: Object.fromEntries(alive.map((name) => [name, { ...speaker, leaving: leaving.includes(name) }])),
  });

  test('each address has one owner, and it lives; each node knows why it is not', () => {
    fc.assert(
      fc.property(worlds, (raw) => {
        const plan = planOf(toWorld(raw));
        const ips = plan.groups.flatMap((group) => group.ips);
        assert.equal(new Set(ips).size, ips.length);
        for (const group of plan.groups) {
          assert.ok(raw.alive.includes(group.candidates[0] ?? ''));
          const verdicts = abc.map((node) => verdictOn(group, node));
          assert.equal(verdicts.filter((verdict) => verdict === 'owner').length, 1);
          assert.ok(!verdicts.includes(undefined));
        }
      }),
    );
  });

  test('each address of ours is announced or says why not', () => {
    fc.assert(
      fc.property(worlds, (raw) => {
        const plan = planOf(toWorld(raw));
        for (const { ips, groups, unannounced } of plan.services.values()) {
          for (const ip of ips) {
            const announced = groups.some((group) => group.ips.includes(ip));
            assert.ok(announced || unannounced.some((address) => address.ip === ip));
          }
        }
      }),
    );
  });

  test('the order of what the caches hold makes no difference', () => {
    fc.assert(
      fc.property(worlds, (raw) => {
        const world = toWorld(raw);
        const shuffled: World = {
          ...world,
          services: world.services?.toReversed() ?? [],
          slices: world.slices?.toReversed() ?? [],
          nodes: abc.toReversed().map((name) => aNode(name)),
        };
        const shape = (plan: Plan) =>
          plan.groups.map(({ electedBy, ips, services, candidates }) => ({ electedBy, ips, services, candidates }));
        assert.deepEqual(shape(planOf(shuffled)), shape(planOf(world)));
      }),
    );
  });
});
