import type { LabelSelector } from '../api/label-selector.ts';
import type { IpAddress } from '../net/address.ts';

/** The BGP parts of a v0.12 ConfigMap: checked and kept; nothing announces by them yet. */
export interface BgpConfig {
  readonly peers: readonly BgpPeer[];
  /** Alias to `A:B`. */
  readonly communities: ReadonlyMap<string, string>;
  readonly bfdProfiles: readonly BfdProfile[];
  /** By pool, for pools of protocol bgp. */
  readonly advertisements: ReadonlyMap<string, readonly BgpAdvertisement[]>;
}

export interface BgpPeer {
  readonly myAsn: number;
  readonly peerAsn: number;
  readonly peerAddress: IpAddress;
  readonly sourceAddress: IpAddress | undefined;
  readonly peerPort: number;
  readonly holdTimeMs: number;
  readonly keepaliveTimeMs: number;
  readonly routerId: IpAddress | undefined;
  readonly password: string;
  readonly bfdProfile: string | undefined;
  readonly ebgpMultiHop: boolean;
  /** OR; empty matches every node. */
  readonly nodeSelectors: readonly LabelSelector[];
}

export interface BgpAdvertisement {
  readonly aggregationLength: number;
  readonly aggregationLengthV6: number;
  readonly localPref: number;
  /** `A:B`, aliases resolved. */
  readonly communities: readonly string[];
}

/** RFC 5880 timers and modes; undefined leaves the speaker's default. */
export interface BfdProfile {
  readonly name: string;
  readonly receiveIntervalMs: number | undefined;
  readonly transmitIntervalMs: number | undefined;
  readonly detectMultiplier: number | undefined;
  readonly echoIntervalMs: number | undefined;
  readonly echoMode: boolean;
  readonly passiveMode: boolean;
  readonly minimumTtl: number | undefined;
}
