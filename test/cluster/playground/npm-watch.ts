import { readFileSync } from 'node:fs';

const periodMs = 300;

/**
 * Calls back once when the npm that started this script is no more: killed by SIGKILL it tells its children nothing.
 * Does nothing where npm did not start it. The returned function ends the watch.
 */
export function whenNpmIsGone(callback: () => void): () => void {
  if (process.env['npm_lifecycle_event'] === undefined) return () => undefined;
  const line = lineToNpm();
  const timer = setInterval(() => {
    if (line.every((pid, index) => parentOf(index === 0 ? process.pid : line[index - 1]) === pid)) return;
    clearInterval(timer);
    callback();
  }, periodMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Our ancestors up to npm; between the two there may be the shell that npm runs scripts with. */
function lineToNpm(): readonly number[] {
  const line: number[] = [];
  for (let pid = parentOf(process.pid); pid !== undefined && pid > 1 && line.length < 4; pid = parentOf(pid)) {
    line.push(pid);
    if (/(^|[/ ])npm/.test(commandOf(pid))) return line;
  }
  return line.slice(0, 1);
}

function parentOf(pid: number | undefined): number | undefined {
  try {
    // proc(5): the command in brackets may hold anything, the parent is the second field after it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ');
    return fields?.[1] === undefined ? undefined : Number(fields[1]);
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
