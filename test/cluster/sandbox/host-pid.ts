import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const hostProc = '/run/host-proc';

/** The pid by which the machine outside knows a process of this sandbox; undefined once it is gone. */
export function hostPid(pid: number): number | undefined {
  const own = readlinkSync('/proc/self/ns/pid');
  for (const entry of readdirSync(hostProc)) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // proc(5): NSpid lists the pids from the outermost namespace to the innermost.
      const line = /^NSpid:\s+(.*)$/m.exec(readFileSync(`${hostProc}/${entry}/status`, 'utf8'));
      const pids = line?.[1]?.split(/\s+/) ?? [];
      if (pids.length > 1 && pids.at(-1) === String(pid) && readlinkSync(`${hostProc}/${entry}/ns/pid`) === own) {
        return Number(entry);
      }
    } catch {
      // Ended between the two calls, or belongs to somebody else: not ours.
    }
  }
  return undefined;
}
