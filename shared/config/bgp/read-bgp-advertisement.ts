import { type BGPAdvertisement, bgpAdvertisementResource } from '../../api/bgp-advertisement.ts';
import { quotedText } from '../../net/quoted-text.ts';
import { choosePools, type Surroundings } from '../chosen-pools.ts';
import { type FindingObject, mustBe, type Problem } from '../finding-text.ts';
import { repeated, soundSelectors } from '../sound-entries.ts';
import { unmatchedNodes } from '../unmatched-nodes.ts';
import type { BgpAdvertisement } from './model.ts';
import { isCommunity } from './read-communities.ts';

/** What a BGPAdvertisement may refer to. */
export interface BgpSurroundings extends Surroundings {
  /** Names of every BGPPeer of the namespace, those set aside included. */
  readonly peers: ReadonlySet<string>;
  readonly aliases: ReadonlyMap<string, string>;
}

export interface ReadBgpAdvertisement {
  readonly resource: BGPAdvertisement;
  readonly object: FindingObject;
  /** Undefined where it can't be used. */
  readonly advertisement: BgpAdvertisement | undefined;
  readonly pools: readonly string[];
  readonly problems: readonly Problem[];
}

/** Reads one BGPAdvertisement; any error sets it aside, but for names of pools and peers that are left out. */
export function readBgpAdvertisement(resource: BGPAdvertisement, surroundings: BgpSurroundings): ReadBgpAdvertisement {
  const { name, namespace } = resource.meta;
  const pools = choosePools(resource, surroundings);
  const nodes = soundSelectors(resource.nodeSelectors, 'spec.nodeSelectors');
  const services = soundSelectors(resource.serviceSelectors, 'spec.serviceSelectors');
  const peers = resource.peers.filter((peer) => surroundings.peers.has(peer));
  const wrong = [
    ...nodes.problems,
    ...services.problems,
    ...checkLengths(resource),
    ...checkCommunities(resource.communities, surroundings.aliases),
  ];
  const lostPeers = peers.length === 0 && resource.peers.length > 0;
  const advertisement: BgpAdvertisement = {
    name,
    aggregationLength: resource.aggregationLength,
    aggregationLengthV6: resource.aggregationLengthV6,
    localPref: resource.localPref,
    communities: resource.communities.map((community) => surroundings.aliases.get(community) ?? community),
    nodeSelectors: nodes.entries,
    peers,
    serviceSelectors: services.entries,
  };
  return {
    resource,
    object: { kind: bgpAdvertisementResource.kind, namespace, name },
    advertisement: lostPeers || wrong.some(({ severity }) => severity === 'error') ? undefined : advertisement,
    pools: pools.entries,
    problems: [
      ...pools.problems,
      ...wrong,
      ...missingPeers(resource.peers, surroundings),
      ...repeated(resource.peers, 'spec.peers'),
      ...repeated(resource.communities, 'spec.communities'),
      ...resource.nodeSelectors.flatMap((selector, index) =>
        unmatchedNodes(selector, `spec.nodeSelectors[${index}]`, surroundings.nodeLabels),
      ),
    ],
  };
}

function checkLengths(resource: BGPAdvertisement): readonly Problem[] {
  const { aggregationLength, aggregationLengthV6, localPref, serviceSelectors } = resource;
  const single = aggregationLength === 32 && aggregationLengthV6 === 128;
  return [
    ...mustBe(
      isWhole(aggregationLength, 1, 32),
      'spec.aggregationLength',
      `${aggregationLength} is not a whole number from 1 to 32`,
    ),
    ...mustBe(
      isWhole(aggregationLengthV6, 1, 128),
      'spec.aggregationLengthV6',
      `${aggregationLengthV6} is not a whole number from 1 to 128`,
    ),
    ...mustBe(
      isWhole(localPref, 0, 4_294_967_295),
      'spec.localPref',
      `${localPref} is not a whole number from 0 to 4294967295`,
    ),
    ...mustBe(
      serviceSelectors.length === 0 || single,
      'spec.serviceSelectors',
      'with serviceSelectors, routes are single addresses: leave the aggregation lengths at 32 and 128',
    ),
  ];
}

function checkCommunities(communities: readonly string[], aliases: ReadonlyMap<string, string>): readonly Problem[] {
  return communities.flatMap((community, index) =>
    mustBe(
      aliases.has(community) || isCommunity(community),
      `spec.communities[${index}]`,
      `${quotedText(community)} is neither a community ("A:B" or "large:A:B:C") nor a name in a Community`,
    ),
  );
}

function missingPeers(peers: readonly string[], surroundings: BgpSurroundings): readonly Problem[] {
  return peers.flatMap((peer, index) =>
    mustBe(
      surroundings.peers.has(peer),
      `spec.peers[${index}]`,
      `there is no BGPPeer ${quotedText(peer)} in namespace "${surroundings.namespace}"; create it or remove the name`,
    ),
  );
}

function isWhole(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}
