import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { clusterSuite } from './cluster-suite.ts';
for (const args of [[], ['--pulse-port=0']]) await clusterSuite(import.meta.filename, { name: `look ${args}`, speakerArgs: args }, (cluster) => {
  test('cpu', async () => {
    await delay(25000);
    const pids = cluster().nodes.map((n) => n.speaker.pid as number);
    const read = (pid: number) => readdirSync(`/proc/${pid}/task`).map((t) => { const s = readFileSync(`/proc/${pid}/task/${t}/stat`, 'utf8'); const f = s.slice(s.lastIndexOf(')') + 2).split(' '); return { t, name: s.slice(s.indexOf('(') + 1, s.lastIndexOf(')')), cpu: Number(f[11]) + Number(f[12]) }; });
    const before = pids.map(read);
    await delay(30000);
    const after = pids.map(read);
    after.forEach((ts, i) => { const total = ts.reduce((s, x) => s + x.cpu, 0) - before[i].reduce((s, x) => s + x.cpu, 0); console.log(args.join(), 'cpu % of a core', (total / 30).toFixed(2), ts.map((x) => `${x.name}:${x.cpu - (before[i].find((b) => b.t === x.t)?.cpu ?? 0)}`).join(' ')); });
  });
});
