import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSteady, type SteadyOptions } from './steady.ts';

const calm: readonly (SteadyOptions & { readonly name: string })[] = [
  { name: 'three nodes, an hour of 5 % loss and 200 ms stalls', seed: 1, nodes: 3, hours: 1, loss: 0.05, stallMs: 200 },
  {
    name: 'five nodes, half an hour of 5 % loss and 200 ms stalls',
    seed: 1,
    nodes: 5,
    hours: 0.5,
    loss: 0.05,
    stallMs: 200,
  },
  { name: 'three nodes, an hour of 10 % loss', seed: 1, nodes: 3, hours: 1, loss: 0.1 },
  { name: 'two nodes, two hours of 5 % loss', seed: 1, nodes: 2, hours: 2, loss: 0.05 },
];

// Docs/adr/0004 has the rates: all of these together come to 0.05 false takeovers.
for (const { name, ...options } of calm) {
  test(`${name}: nothing is taken from an owner that works`, () => {
    const { world, deaths, takeovers } = runSteady(options);
    assert.deepEqual({ deaths, takeovers }, { deaths: 0, takeovers: 0 });
    const { nodes, hours, loss } = options;
    const pulses = Math.min(3, nodes - 1) * 10;
    const perSecond = world.network.datagrams / nodes / (hours * 3600);
    // A missed pulse costs a question and its answer.
    assert.ok(perSecond > pulses && perSecond < pulses * (1 + 4 * loss), `${perSecond} a second and node`);
  });
}
