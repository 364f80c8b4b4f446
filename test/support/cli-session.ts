import type { Command, Session } from '../../cli/command.ts';
import { readOptions } from '../../cli/options.ts';
import { plainStyle } from '../../cli/output/style.ts';
import { FakeClock } from './fake-clock.ts';

const unexpected = (): never => {
  throw new Error('nobody asks for this');
};

/** The session of a command line. What the test does not give must not be asked for. */
export function cliSession(
  commands: readonly Command[],
  argv: readonly string[],
  given: Partial<Omit<Session, 'options'>> = {},
): Session {
  return {
    options: readOptions(commands, { argv, environment: {}, terminal: false }),
    style: plainStyle,
    clock: new FakeClock(),
    terminal: { size: undefined, write: unexpected },
    signal: new AbortController().signal,
    client: unexpected,
    contextNamespace: unexpected,
    nowMs: unexpected,
    readCluster: unexpected,
    follow: unexpected,
    readFiles: unexpected,
    ...given,
  };
}
