import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLarge } from './large.ts';

const clusters = [
  { name: '100 nodes with 500 addresses, of which ten crash', seed: 1, nodes: 100, groups: 500, crashes: 10 },
  { name: '200 nodes with 2,000 addresses, of which 20 crash', seed: 2, nodes: 200, groups: 2000, crashes: 20 },
];

// With 1,000 nodes and 10,000 addresses: `node --max-old-space-size=8000 test/sim/main.ts --large`.
for (const { name, ...options } of clusters) {
  test(`${name} at one instant: all have new owners 330 ms later, and who comes back takes nothing`, () => {
    let steps = 0;
    const onStep = (): void => {
      steps += 1;
    };
    const failures = runLarge({ ...options, candidates: 12, onStep });
    assert.deepEqual(failures, []);
    assert.equal(steps, 6);
  });
}
