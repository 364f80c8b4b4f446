import type { LabelSelector } from '../../api/label-selector.ts';
import type { IpAddress } from '../../net/address.ts';

/** The BGP parts of a configuration, from either source: checked and kept; nothing announces by them yet. */
export interface BgpConfig {
  readonly peers: readonly BgpPeer[];
  /** Alias to `A:B` or `large:A:B:C`. */
  readonly communities: ReadonlyMap<string, string>;
  readonly bfdProfiles: readonly BfdProfile[];
  /** By pool. */
  readonly advertisements: ReadonlyMap<string, readonly BgpAdvertisement[]>;
}

export interface BgpPeer {
  readonly name: string;
  readonly myAsn: number;
  /** `internal`: whatever equals ours; `external`: whatever differs. */
  readonly peerAsn: number | 'internal' | 'external';
  /** What this peer sees in place of `myAsn`. */
  readonly localAsn: number | undefined;
  /** Either this or `peerInterface`. */
  readonly peerAddress: IpAddress | undefined;
  readonly peerInterface: string | undefined;
  readonly sourceAddress: IpAddress | undefined;
  readonly peerPort: number;
  readonly holdTimeMs: number;
  readonly keepaliveTimeMs: number;
  readonly connectTimeMs: number | undefined;
  readonly routerId: IpAddress | undefined;
  readonly password: string;
  /** Name of the Secret that holds the password in place of `password`. */
  readonly passwordSecret: string | undefined;
  readonly bfdProfile: string | undefined;
  readonly gracefulRestart: boolean;
  readonly ebgpMultiHop: boolean;
  /** '' is the default one. */
  readonly vrf: string;
  readonly disableMp: boolean;
  readonly dualStackAddressFamily: boolean;
  /** OR; empty matches every node. */
  readonly nodeSelectors: readonly LabelSelector[];
}

/** Empty lists mean "all". */
export interface BgpAdvertisement {
  readonly name: string;
  readonly aggregationLength: number;
  readonly aggregationLengthV6: number;
  readonly localPref: number;
  /** `A:B` or `large:A:B:C`, aliases resolved. */
  readonly communities: readonly string[];
  readonly nodeSelectors: readonly LabelSelector[];
  readonly peers: readonly string[];
  readonly serviceSelectors: readonly LabelSelector[];
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
