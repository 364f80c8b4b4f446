import { parseArgs } from 'node:util';
import { type FaultName, faultNames } from './fault.ts';
import { type Scenario, scenarios } from './scenario.ts';

export interface FailoverOptions {
  readonly rounds: number;
  readonly scenarios: readonly Scenario[];
  /** Of each scenario, those of its faults that are named here. */
  readonly faults: readonly FaultName[];
  /** Whether to measure what an idle speaker costs. */
  readonly cost: boolean;
  /** For so long nothing happens but load on all cores; 0 leaves that out. */
  readonly loadMinutes: number;
}

/** `--rounds 30 --scenarios three,five --faults crash,sigterm --no-cost --load-minutes 10`. */
export function readFailoverOptions(argv: readonly string[]): FailoverOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: 'string', default: '30' },
      scenarios: { type: 'string', default: scenarios.map(({ name }) => name).join(',') },
      faults: { type: 'string', default: faultNames.join(',') },
      'no-cost': { type: 'boolean', default: false },
      'load-minutes': { type: 'string', default: '0' },
    },
  });
  return {
    rounds: Number(values.rounds),
    scenarios: values.scenarios
      .split(',')
      .filter((name) => name !== '' && name !== 'none')
      .map((name) => named(name, scenarios)),
    faults: values.faults
      .split(',')
      .map((name) => faultNames.find((known) => known === name) ?? unknown(name, faultNames)),
    cost: !values['no-cost'],
    loadMinutes: Number(values['load-minutes']),
  };
}

function named(name: string, known: readonly Scenario[]): Scenario {
  return (
    known.find((each) => each.name === name) ??
    unknown(
      name,
      known.map((each) => each.name),
    )
  );
}

function unknown(name: string, known: readonly string[]): never {
  throw new Error(`cannot measure "${name}": it is none of ${known.join(', ')}`);
}
