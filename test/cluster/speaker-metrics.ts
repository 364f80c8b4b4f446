import type { Machine } from './network/topology.ts';

const port = 7473;
const timeoutMs = 1_000;

/** Every sample of a speaker's metrics, by name and labels as they are written: `herald_leader`, `x_total{reason="y"}`. */
export async function speakerMetrics({ ipv4 }: Machine): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`http://${ipv4}:${port}/metrics`, { signal: AbortSignal.timeout(timeoutMs) });
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}
