import { readdirSync, readFileSync } from 'node:fs';

/** The pids of all processes on this machine that carry the text in their environment. */
export function processesWith(environmentText: string): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(environmentText);
      } catch {
        // Gone, or somebody else's.
        return false;
      }
    })
    .map(Number);
}
