import type { BenchResult } from './bench-result.ts';

interface Bench {
  run(): Promise<BenchResult>;
}

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  arp: () => import('./arp.ts'),
  ndp: () => import('./ndp.ts'),
  startup: () => import('./startup.ts'),
  memory: () => import('./memory.ts'),
  allocate: () => import('./allocate.ts'),
  doctor: () => import('./doctor.ts'),
  failover: () => import('./failover.ts'),
};

const name = process.argv[2] ?? '';
const load = benches[name];
if (load === undefined) {
  console.error(`cannot run bench "${name}": it is none of ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
const { marks, raw } = await (await load()).run();
for (const { mark, value, limit, ok } of marks)
  console.log(`${ok ? 'met   ' : 'missed'}  ${mark}: ${value} (${limit})`);
console.log(JSON.stringify({ bench: name, ok: marks.every((mark) => mark.ok), marks, ...raw }));
