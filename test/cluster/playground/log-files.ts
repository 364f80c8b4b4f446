import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ManagedProcess } from '../process/managed-process.ts';

/** Writes what programs have printed, and print from now on, to a file of its own for each. */
export function writeLogFiles(programs: readonly ManagedProcess[], folder: string): void {
  for (const program of programs) {
    // Kept open: a file that came anew while the folder is being removed would be left behind.
    const file = openSync(join(folder, `${program.spec.name.replace(' on ', '-')}.log`), 'a');
    const write = (line: string): unknown => writeSync(file, `${line}\n`);
    program.lastLines(Number.POSITIVE_INFINITY).forEach(write);
    program.onLine(write);
  }
}
