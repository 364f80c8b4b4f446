import type { ServiceAllocation } from '../api/ip-address-pool.ts';
import type { PreferredNodeSelector } from '../api/l2-advertisement.ts';
import type { LabelSelector, Labels } from '../api/label-selector.ts';
import type { AddressRange } from '../net/address-range.ts';
import type { BgpConfig } from './bgp/model.ts';

/** One pool, its addresses read. Usable = in `ranges`, not in `excluded`, and not .0 or .255 where those are avoided. */
export interface Pool {
  readonly name: string;
  readonly labels: Labels;
  /** In spec order, never overlapping. */
  readonly ranges: readonly AddressRange[];
  readonly excluded: readonly AddressRange[];
  readonly autoAssign: boolean;
  readonly avoidBuggyIPs: boolean;
  readonly conflictCheck: boolean;
  readonly allocation: ServiceAllocation | undefined;
}

/** One L2Advertisement with its pools resolved to names. Empty lists mean "all", but `pools` is always whole. */
export interface Advertisement {
  readonly name: string;
  readonly pools: readonly string[];
  readonly nodeSelectors: readonly LabelSelector[];
  readonly interfaces: readonly string[];
  readonly serviceSelectors: readonly LabelSelector[];
  readonly preferredNodes: readonly PreferredNodeSelector[];
}

/** All that the controller and the speakers need to know of the configuration, whatever it was read from. */
export interface Config {
  readonly source: 'resources' | 'configMap' | 'none';
  /** By name. */
  readonly pools: ReadonlyMap<string, Pool>;
  readonly advertisements: readonly Advertisement[];
  /** Names of pools that exist but can't be used: what a Service holds from them stays. */
  readonly setAside: ReadonlySet<string>;
  /** Names of pools that have just lost addresses, or are gone: what a Service holds from them stays for a moment. */
  readonly leaving?: ReadonlySet<string>;
  /** Stored, not served yet; undefined where there is nothing of it, or where nobody looked. */
  readonly bgp?: BgpConfig;
}

export const findingSeverities = ['error', 'warning', 'notice'] as const;

/** Something wrong with the configuration, said on the object that it concerns. */
export interface Finding {
  /**
   * `error`: the object, or the part at `path`, is not in force. `warning`: it is, but cannot do what it says.
   * `notice`: worth knowing; the configuration is none the less valid.
   */
  readonly severity: (typeof findingSeverities)[number];
  readonly object: { readonly kind: string; readonly namespace: string; readonly name: string };
  /** As `kubectl explain` would name it (`spec.addresses[2]`); for the ConfigMap with line and column in the message. */
  readonly path: string;
  /** Complete in itself: object, path, value and remedy. */
  readonly message: string;
}

/** `config` undefined: it can't be used as a whole, the last good one stays in force. */
export interface ConfigResult {
  readonly config: Config | undefined;
  readonly findings: readonly Finding[];
}
