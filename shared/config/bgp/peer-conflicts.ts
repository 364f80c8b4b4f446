import type { Labels } from '../../api/label-selector.ts';
import { formatAddress } from '../../net/address.ts';
import { compareAge } from '../age.ts';
import { mustBe, nameOf, type Problem } from '../finding-text.ts';
import type { BgpPeer } from './model.ts';
import { nodesChosen } from './node-sets.ts';
import type { ReadPeer } from './read-peer.ts';

/** What peers may refer to. */
export interface PeerSurroundings {
  readonly namespace: string;
  /** Those that can be used. */
  readonly profiles: ReadonlySet<string>;
  /** Names of Secrets of type kubernetes.io/basic-auth in the namespace, and whether they have a password. */
  readonly secrets: ReadonlyMap<string, boolean>;
  readonly nodeLabels: ReadonlyMap<string, Labels> | undefined;
}

interface InForce {
  readonly name: string;
  readonly peer: BgpPeer;
}

/** One VRF of one node: the peers in force there agree in AS number and router id. */
interface Router {
  readonly first: InForce;
  /** The first that gives a router id. */
  readonly identified: InForce | undefined;
  readonly ends: Map<string, InForce>;
}

/**
 * Sets peers aside that refer to what does not exist, or that one node can't speak with beside an older peer: the same
 * end twice, or within one VRF another AS number or router id of its own. One that is set aside stands in nobody's way.
 */
export function setPeersAside(peers: readonly ReadPeer[], surroundings: PeerSurroundings): readonly ReadPeer[] {
  /** By VRF and node. BOUNDED by nodes and VRFs, the ends in them by the peers. */
  const routers = new Map<string, Router>();
  return [...peers].sort(compareAge).map((read) => {
    const { peer } = read;
    if (peer === undefined) return read;
    const keys = [...nodesChosen(peer.nodeSelectors, surroundings.nodeLabels)].map((node) => `${peer.vrf}/${node}`);
    const problems = [
      ...missingReferences(peer, surroundings),
      ...conflicts(
        peer,
        keys.flatMap((key) => routers.get(key) ?? []),
      ),
    ];
    if (problems.length > 0) return { ...read, peer: undefined, problems: [...read.problems, ...problems] };
    const inForce = { name: nameOf(read.object), peer };
    for (const key of keys) routers.set(key, withPeer(routers.get(key), inForce));
    return read;
  });
}

function withPeer(router: Router | undefined, added: InForce): Router {
  const ends = router?.ends ?? new Map<string, InForce>();
  ends.set(endOf(added.peer), added);
  const identified = router?.identified ?? (added.peer.routerId === undefined ? undefined : added);
  return { first: router?.first ?? added, identified, ends };
}

function missingReferences(peer: BgpPeer, { profiles, secrets, namespace }: PeerSurroundings): readonly Problem[] {
  const { bfdProfile, passwordSecret } = peer;
  const hasPassword = passwordSecret === undefined ? true : secrets.get(passwordSecret);
  return [
    ...mustBe(
      bfdProfile === undefined || profiles.has(bfdProfile),
      'spec.bfdProfile',
      `there is no BFDProfile "${bfdProfile}" in force in namespace "${namespace}"; create it or remove the field`,
    ),
    ...mustBe(
      hasPassword !== undefined,
      'spec.passwordSecret.name',
      `there is no Secret "${passwordSecret}" of type kubernetes.io/basic-auth in namespace "${namespace}"; create it`,
    ),
    ...mustBe(
      hasPassword !== false,
      'spec.passwordSecret.name',
      `the Secret "${passwordSecret}" has no key "password"; add it`,
    ),
  ];
}

/** Each kind of conflict once, with the first peer that is met. */
function conflicts(peer: BgpPeer, routers: readonly Router[]): readonly Problem[] {
  const problems: Problem[] = [];
  const end = endOf(peer);
  const sameEnd = routers.map(({ ends }) => ends.get(end)).find((other) => other !== undefined);
  if (sameEnd !== undefined) {
    const path = peer.peerAddress === undefined ? 'spec.interface' : 'spec.peerAddress';
    const text = `"${end}" is the end of ${sameEnd.name} too, on the same node and VRF; remove one of the two`;
    problems.push({ severity: 'error', path, text });
  }
  const otherAsn = routers.find(({ first }) => first.peer.myAsn !== peer.myAsn)?.first;
  if (otherAsn !== undefined) {
    const text = `${peer.myAsn} differs from ${otherAsn.peer.myAsn} of ${otherAsn.name}: a node has one AS number per VRF; use localASN for one peer`;
    problems.push({ severity: 'error', path: 'spec.myASN', text });
  }
  const id = idOf(peer);
  const otherId = routers.find(
    ({ identified }) => identified !== undefined && idOf(identified.peer) !== id,
  )?.identified;
  if (id !== undefined && otherId !== undefined) {
    const text = `"${id}" differs from "${idOf(otherId.peer)}" of ${otherId.name}: a node has one router id per VRF`;
    problems.push({ severity: 'error', path: 'spec.routerID', text });
  }
  return problems;
}

function endOf({ peerAddress, peerInterface }: BgpPeer): string {
  return peerAddress === undefined ? (peerInterface ?? '') : formatAddress(peerAddress);
}

/** Undefined where the peer takes whatever the node has. */
function idOf({ routerId }: BgpPeer): string | undefined {
  return routerId && formatAddress(routerId);
}
