import { bgpPort } from '../api/bgp-peer.ts';
import type { LabelRequirement } from '../api/label-selector.ts';
import { type AddressRange, shortestPrefixLength } from '../net/address-range.ts';
import { quotedText } from '../net/quoted-text.ts';
import { isPlainCommunity } from './bgp/community-value.ts';
import type { BfdProfile, BgpAdvertisement, BgpConfig, BgpPeer } from './bgp/model.ts';
import { bgpTimers } from './bgp/timers.ts';
import { rangesOf } from './config-map-pools.ts';
import { type ConfigMapProblem, errorAt } from './config-map-problem.ts';
import type {
  ConfigMapBfdProfile,
  ConfigMapBgpAdvertisement,
  ConfigMapContent,
  ConfigMapPeer,
  ConfigMapPool,
} from './config-map-schema.ts';
import type { YamlPath } from './yaml-document.ts';

/** What only several BGP entries tell: profiles and aliases that do not exist, timers and lengths that do not fit. */
export function checkBgp(content: ConfigMapContent): readonly ConfigMapProblem[] {
  const profiles = content['bfd-profiles'].map((profile) => profile.name);
  const twice = profiles.flatMap((name, index) =>
    profiles.indexOf(name) === index
      ? []
      : [
          errorAt(
            ['bfd-profiles', index, 'name'],
            `${quotedText(name)} is already the name of a profile; give each its own`,
          ),
        ],
  );
  return [
    ...twice,
    ...content.peers.flatMap((peer, index) => checkPeer(peer, profiles, ['peers', index])),
    ...content['address-pools'].flatMap((pool, index) => checkAdvertisements(pool, content, index)),
  ];
}

export function bgpFromConfigMap(content: ConfigMapContent): BgpConfig {
  const aliases = aliasesOf(content);
  const advertised = content['address-pools'].filter((pool) => pool.protocol === 'bgp');
  return {
    peers: content.peers.map(toPeer),
    communities: aliases,
    bfdProfiles: content['bfd-profiles'].map(toProfile),
    advertisements: new Map(
      advertised.map((pool) => [
        pool.name,
        // A BGP pool without advertisements is announced as single addresses.
        pool['bgp-advertisements'].length === 0
          ? [toAdvertisement(pool.name, { communities: [] }, aliases)]
          : pool['bgp-advertisements'].map((one, index) => toAdvertisement(`${pool.name}-${index + 1}`, one, aliases)),
      ]),
    ),
  };
}

function aliasesOf(content: ConfigMapContent): ReadonlyMap<string, string> {
  return new Map(Object.entries(content['bgp-communities']));
}

function checkPeer(peer: ConfigMapPeer, profiles: readonly string[], path: YamlPath): readonly ConfigMapProblem[] {
  const problems: ConfigMapProblem[] = [];
  const profile = peer['bfd-profile'];
  if (profile !== undefined && profile !== '' && !profiles.includes(profile)) {
    const text = `there is no BFD profile ${quotedText(profile)}; add it to bfd-profiles or remove the key`;
    problems.push(errorAt([...path, 'bfd-profile'], text));
  }
  const { holdTimeMs, keepaliveTimeMs } = bgpTimers(peer['hold-time'], peer['keepalive-time']);
  if (keepaliveTimeMs > holdTimeMs) {
    const text = `${keepaliveTimeMs / 1000}s is longer than the hold time of ${holdTimeMs / 1000}s; make it a third of that`;
    problems.push(errorAt([...path, 'keepalive-time'], text));
  }
  if (peer['ebgp-multihop'] === true && peer['my-asn'] === peer['peer-asn']) {
    const text = `both ends are in AS ${peer['my-asn']}, so this is no EBGP session; remove the key`;
    problems.push(errorAt([...path, 'ebgp-multihop'], text));
  }
  return [...problems, ...checkNodeSelectors(peer, path)];
}

function checkNodeSelectors(peer: ConfigMapPeer, path: YamlPath): readonly ConfigMapProblem[] {
  return peer['node-selectors'].flatMap((selector, index) =>
    selector['match-expressions'].flatMap(({ operator, values }, expression): readonly ConfigMapProblem[] => {
      const wantsValues = operator === 'In' || operator === 'NotIn';
      if (wantsValues === values.length > 0) return [];
      const text = `operator "${operator}" ${wantsValues ? 'needs at least one value' : 'takes no values'}`;
      return [errorAt([...path, 'node-selectors', index, 'match-expressions', expression], text)];
    }),
  );
}

function checkAdvertisements(
  pool: ConfigMapPool,
  content: ConfigMapContent,
  index: number,
): readonly ConfigMapProblem[] {
  const aliases = aliasesOf(content);
  return pool['bgp-advertisements'].flatMap((advertisement, place) => {
    const path = ['address-pools', index, 'bgp-advertisements', place];
    const unknown = advertisement.communities.flatMap((community, entry) => {
      if (isPlainCommunity(community) || aliases.has(community)) return [];
      const text = `${quotedText(community)} is neither a community "A:B" nor an alias in bgp-communities`;
      return [errorAt([...path, 'communities', entry], text)];
    });
    const tooShort = rangesOf(pool).flatMap((range, entry) =>
      checkAggregation(pool, advertisement, { range, entry, path }),
    );
    return [...unknown, ...tooShort];
  });
}

/** An aggregate must not reach beyond the pool: its prefix is at least as long as that of the pool's largest block. */
function checkAggregation(
  pool: ConfigMapPool,
  advertisement: ConfigMapBgpAdvertisement,
  at: { readonly range: AddressRange; readonly entry: number; readonly path: YamlPath },
): readonly ConfigMapProblem[] {
  const key = at.range.family === 'IPv4' ? 'aggregation-length' : 'aggregation-length-v6';
  const length = advertisement[key];
  const prefix = shortestPrefixLength(at.range);
  if (length === undefined || length >= prefix) return [];
  const text = `/${length} reaches beyond "${pool.addresses[at.entry]}", whose largest block is a /${prefix}; use ${prefix} or more`;
  return [errorAt([...at.path, key], text)];
}

/** v0.12 gives peers no names. */
function toPeer(peer: ConfigMapPeer, index: number): BgpPeer {
  return {
    name: `peer-${index + 1}`,
    myAsn: peer['my-asn'],
    peerAsn: peer['peer-asn'],
    localAsn: undefined,
    peerAddress: peer['peer-address'],
    peerInterface: undefined,
    sourceAddress: peer['source-address'],
    peerPort: peer['peer-port'] ?? bgpPort,
    ...bgpTimers(peer['hold-time'], peer['keepalive-time']),
    connectTimeMs: undefined,
    routerId: peer['router-id'],
    password: peer.password ?? '',
    passwordSecret: undefined,
    bfdProfile: peer['bfd-profile'] || undefined,
    gracefulRestart: false,
    ebgpMultiHop: peer['ebgp-multihop'] ?? false,
    vrf: '',
    disableMp: false,
    dualStackAddressFamily: false,
    nodeSelectors: peer['node-selectors'].map((selector) => ({
      matchLabels: selector['match-labels'],
      matchExpressions: selector['match-expressions'].map((expression): LabelRequirement => expression),
    })),
  };
}

/** v0.12 gives advertisements no names. */
function toAdvertisement(
  name: string,
  advertisement: ConfigMapBgpAdvertisement,
  aliases: ReadonlyMap<string, string>,
): BgpAdvertisement {
  return {
    name,
    aggregationLength: advertisement['aggregation-length'] ?? 32,
    aggregationLengthV6: advertisement['aggregation-length-v6'] ?? 128,
    localPref: advertisement.localpref ?? 0,
    communities: advertisement.communities.map((community) => aliases.get(community) ?? community),
    nodeSelectors: [],
    peers: [],
    serviceSelectors: [],
  };
}

function toProfile(profile: ConfigMapBfdProfile): BfdProfile {
  return {
    name: profile.name,
    receiveIntervalMs: profile['receive-interval'],
    transmitIntervalMs: profile['transmit-interval'],
    detectMultiplier: profile['detect-multiplier'],
    echoIntervalMs: profile['echo-interval'],
    echoMode: profile['echo-mode'] ?? false,
    passiveMode: profile['passive-mode'] ?? false,
    minimumTtl: profile['minimum-ttl'],
  };
}
