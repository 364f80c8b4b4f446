import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { clusterSuite } from './cluster-suite.ts';
const args = ['--pulse-port=0'];
await clusterSuite(import.meta.filename, { name: `look ${args}`, speakerArgs: args }, (cluster) => {
  test('cpu', async () => {
    await delay(20000);
    const pids = cluster().nodes.map((n) => n.speaker.pid as number);
    const cpu = (path: string) => { try { const s = readFileSync(path, 'utf8'); const f = s.slice(s.lastIndexOf(')') + 2).split(' '); return { name: s.slice(s.indexOf('(') + 1, s.lastIndexOf(')')), cpu: Number(f[11]) + Number(f[12]) }; } catch { return undefined; } };
    const read = (pid: number) => ({ all: cpu(`/proc/${pid}/stat`)!.cpu, threads: new Map(readdirSync(`/proc/${pid}/task`).map((t) => [t, cpu(`/proc/${pid}/task/${t}/stat`)])) });
    const before = pids.map(read);
    await delay(30000);
    pids.map(read).forEach((a, i) => console.log(args.join(), 'cpu %', ((a.all - before[i]!.all) / 30).toFixed(2), [...a.threads].map(([t, x]) => `${x?.name}:${(x?.cpu ?? 0) - (before[i]!.threads.get(t)?.cpu ?? 0)}`).join(' ')));
  });
});
