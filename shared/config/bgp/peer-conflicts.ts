import type { Labels } from '../../api/label-selector.ts';
import { formatAddress } from '../../net/address.ts';
import { compareAge } from '../age.ts';
import { mustBe, nameOf, type Problem } from '../finding-text.ts';
import type { BgpPeer } from './model.ts';
import { shareNode } from './node-sets.ts';
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

/**
 * Sets peers aside that refer to what does not exist, or that one node can't speak with beside an older peer: the same
 * end twice, or within one VRF another AS number or router id of its own. One that is set aside stands in nobody's way.
 */
export function setPeersAside(peers: readonly ReadPeer[], surroundings: PeerSurroundings): readonly ReadPeer[] {
  const inForce: { readonly read: ReadPeer; readonly peer: BgpPeer }[] = [];
  return [...peers].sort(compareAge).map((read) => {
    const { peer } = read;
    if (peer === undefined) return read;
    const beside = inForce.filter(
      (other) =>
        other.peer.vrf === peer.vrf && shareNode(other.peer.nodeSelectors, peer.nodeSelectors, surroundings.nodeLabels),
    );
    const problems = [...missingReferences(peer, surroundings), ...beside.flatMap((other) => conflicts(peer, other))];
    if (problems.length > 0) return { ...read, peer: undefined, problems: [...read.problems, ...problems] };
    inForce.push({ read, peer });
    return read;
  });
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

function conflicts(peer: BgpPeer, other: { readonly read: ReadPeer; readonly peer: BgpPeer }): readonly Problem[] {
  const older = nameOf(other.read.object);
  const [end, otherEnd] = [endOf(peer), endOf(other.peer)];
  const [id, otherId] = [idOf(peer), idOf(other.peer)];
  return [
    ...mustBe(
      end !== otherEnd,
      peer.peerAddress === undefined ? 'spec.interface' : 'spec.peerAddress',
      `"${end}" is the end of ${older} too, on the same node and VRF; remove one of the two`,
    ),
    ...mustBe(
      peer.myAsn === other.peer.myAsn,
      'spec.myASN',
      `${peer.myAsn} differs from ${other.peer.myAsn} of ${older}: a node has one AS number per VRF; use localASN for one peer`,
    ),
    ...mustBe(
      id === undefined || otherId === undefined || id === otherId,
      'spec.routerID',
      `"${id}" differs from "${otherId}" of ${older}: a node has one router id per VRF`,
    ),
  ];
}

function endOf({ peerAddress, peerInterface }: BgpPeer): string {
  return peerAddress === undefined ? (peerInterface ?? '') : formatAddress(peerAddress);
}

/** Undefined where the peer takes whatever the node has. */
function idOf({ routerId }: BgpPeer): string | undefined {
  return routerId && formatAddress(routerId);
}
