/**
 * Runs schedules of faults: `node test/sim/main.ts --seed 17` tells one as a story; `--from 1 --count 1000` runs many.
 * `--faults kill,leave` chooses among the faults. `--large` starts 1,000 speakers with 10,000 groups, of which ten
 * crash: that takes minutes and 5 GB (`node --max-old-space-size=8000`).
 */
import { parseArgs } from 'node:util';
import { faultNames } from './faults.ts';
import { runLarge } from './large.ts';
import { runSeed } from './run-seed.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    faults: { type: 'string' },
    large: { type: 'boolean', default: false },
  },
});

const chosen = values.faults?.split(',');
const kinds = chosen === undefined ? faultNames : faultNames.filter((name) => chosen.includes(name));

function tellLarge(): void {
  const failures = runLarge({
    ...{ seed: 1, nodes: 1000, groups: 10_000, candidates: 10, crashes: 10 },
    onStep: ({ timeline, network, owners }) => {
      console.log(`${timeline.nowMs} ms: ${owners.owned().size} addresses have owners, ${network.datagrams} datagrams`);
    },
  });
  console.log(failures.length === 0 ? 'all is well' : failures.join('\n'));
  process.exitCode = failures.length === 0 ? 0 : 1;
}

if (values.large) tellLarge();
else if (values.seed !== undefined) {
  const { world, failures } = runSeed(Number(values.seed), kinds);
  console.log(world.story.join('\n'));
  console.log(failures.length === 0 ? 'all is well' : failures.join('\n'));
  process.exitCode = failures.length === 0 ? 0 : 1;
} else {
  const first = Number(values.from);
  const startMs = performance.now();
  let failed = 0;
  for (let seed = first; seed < first + Number(values.count); seed += 1) {
    const { failures } = runSeed(seed, kinds);
    if (failures.length === 0) continue;
    failed += 1;
    console.log(`seed ${seed}: ${failures.join('; ')}`);
  }
  console.log(`${values.count} schedules, ${failed} failed, ${Math.round(performance.now() - startMs)} ms`);
  process.exitCode = failed === 0 ? 0 : 1;
}
