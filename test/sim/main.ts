/** Runs schedules of faults: `node test/sim/main.ts --seed 17` tells one as a story; `--from 1 --count 1000` many. */
import { parseArgs } from 'node:util';
import { runSeed } from './run-seed.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
  },
});

if (values.seed !== undefined) {
  const { world, failures } = runSeed(Number(values.seed));
  console.log(world.story.join('\n'));
  console.log(failures.length === 0 ? 'all is well' : failures.join('\n'));
  process.exitCode = failures.length === 0 ? 0 : 1;
} else {
  const first = Number(values.from);
  const startMs = performance.now();
  let failed = 0;
  for (let seed = first; seed < first + Number(values.count); seed += 1) {
    const { failures } = runSeed(seed);
    if (failures.length === 0) continue;
    failed += 1;
    console.log(`seed ${seed}: ${failures.join('; ')}`);
  }
  console.log(`${values.count} schedules, ${failed} failed, ${Math.round(performance.now() - startMs)} ms`);
  process.exitCode = failed === 0 ? 0 : 1;
}
