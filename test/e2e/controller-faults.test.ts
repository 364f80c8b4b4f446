import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noFaults } from '../cluster/relay/faults.ts';
import { controllerSuite } from './controller-suite.ts';
import { createPool, createServices, type Placement, placed, rotateServices, toldEvents } from './placement.ts';

const poolSize = 500;

await controllerSuite(import.meta.filename, 'faults between the controller and the API server', (pair) => {
  let expected: Placement = new Map();

  /** Gives a share of all Services new addresses; returns once that is asked for. */
  async function rotate(every: number): Promise<void> {
    const names = [...expected.keys()].filter((_, index) => index % every === 0);
    expected = await rotateServices(pair().api, expected, names);
  }

  /** Runs the rounds while the watches are cut once a second, over `cuts` seconds at least. */
  async function withCuts(cuts: number, round: () => Promise<void>): Promise<void> {
    const { relay } = pair().controllers[0];
    let cut = 0;
    const timer = setInterval(() => {
      relay.cutWatches();
      cut += 1;
    }, 1_000);
    try {
      while (cut < cuts) await round();
    } finally {
      clearInterval(timer);
    }
  }

  async function noneToldTwice(): Promise<void> {
    const twice = [...(await toldEvents(pair().api))].filter(([, count]) => count > 1);
    assert.deepEqual(twice, []);
  }

  test('one write in ten is refused, or cut before or after it is done', async () => {
    const { api, controllers } = pair();
    const [{ process, relay }] = controllers;
    await createPool(api, poolSize);
    expected = await createServices(api, poolSize);
    relay.faults = { ...noFaults, failedWrites: 0.1 };
    process.start();
    await placed(api, expected, poolSize);
    const faults = new Set(relay.writes.map(({ fault }) => fault));
    assert.deepEqual([...faults].map(String).sort(), ['409', '429', '500', 'cutAfter', 'cutBefore', 'undefined']);
    relay.faults = noFaults;
    await noneToldTwice();
  });

  test('the watches are cut every second', async () => {
    const { api, controllers } = pair();
    await withCuts(6, async () => {
      for (let part = 0; part < 3; part += 1) await rotate(20);
      await placed(api, expected, poolSize);
    });
    assert.ok(controllers[0].relay.cutConnections > 6, `${controllers[0].relay.cutConnections} connections cut`);
    await noneToldTwice();
  });

  test('events come twice, and old ones again', async () => {
    const { relay } = pair().controllers[0];
    relay.faults = { ...noFaults, repeatedEvents: 0.2, staleEvents: 0.3 };
    for (let round = 0; round < 10; round += 1) {
      await rotate(7);
      await placed(pair().api, expected, poolSize);
    }
    relay.faults = noFaults;
    await noneToldTwice();
  });

  test('all of it at once', async () => {
    const { relay } = pair().controllers[0];
    relay.faults = { failedWrites: 0.1, repeatedEvents: 0.2, staleEvents: 0.3 };
    await withCuts(6, async () => {
      await rotate(7);
      await placed(pair().api, expected, poolSize);
    });
    relay.faults = noFaults;
    await noneToldTwice();
  });
});
