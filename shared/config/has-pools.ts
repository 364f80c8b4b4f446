import type { Config } from './model.ts';

/** Whether there is a pool, be it one that can't be used: nothing else can have given an address. */
export function hasPools({ pools, setAside }: Config): boolean {
  return pools.size + setAside.size > 0;
}
