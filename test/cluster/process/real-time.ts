import { spawnSync } from 'node:child_process';

/** Any: nothing else has such a policy. */
const priority = 10;
/** Set where this process, and so what it starts, runs with a real-time policy. */
const variable = 'HERALD_REAL_TIME';

/**
 * This process and what it starts go before all that has an ordinary policy; false where that is not allowed. Only what
 * runs first inherits it: no program in a user namespace may choose it.
 */
export function chooseRealTime(): boolean {
  const { status } = spawnSync('chrt', ['--fifo', '--pid', String(priority), String(process.pid)]);
  if (status !== 0) return false;
  process.env[variable] = '1';
  return true;
}

/** The command with the ordinary policy, also where this process has another. `chrt` becomes the program, so the pid is the program's. */
export function ordinary(command: readonly string[]): readonly string[] {
  return process.env[variable] === undefined ? command : ['chrt', '--other', '0', ...command];
}
