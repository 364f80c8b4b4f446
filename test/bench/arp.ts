import type { BenchResult } from './bench-result.ts';
import { benchResolution } from './resolution.ts';

/** The responder beside the kernel, ARP. */
export function run(): Promise<BenchResult> {
  return benchResolution('arp');
}
