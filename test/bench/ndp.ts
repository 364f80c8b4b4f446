import type { BenchResult } from './bench-result.ts';
import { benchResolution } from './resolution.ts';

/** The responder beside the kernel, NDP. */
export function run(): Promise<BenchResult> {
  return benchResolution('ndp');
}
