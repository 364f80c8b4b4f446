import { metallbGroup } from './ip-address-pool.ts';
import { asObject, readBoolean, readNumber, readObject, readObjects, readString, readText } from './json.ts';
import { type LabelSelector, parseLabelSelector } from './label-selector.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

/** metallb.io/v1beta2 BGPPeer as it stands: texts are not yet read; an absent number is 0, an absent text ''. */
export interface BGPPeer {
  readonly meta: ObjectMeta;
  readonly myASN: number;
  readonly peerASN: number;
  /** `internal` or `external`. */
  readonly dynamicASN: string;
  readonly localASN: number;
  readonly peerAddress: string;
  readonly interface: string;
  readonly sourceAddress: string;
  readonly peerPort: number;
  /** As Go writes a duration; undefined where it is not given. */
  readonly holdTime: string | undefined;
  readonly keepaliveTime: string | undefined;
  readonly connectTime: string | undefined;
  readonly routerID: string;
  readonly nodeSelectors: readonly LabelSelector[];
  readonly password: string;
  readonly passwordSecret: { readonly name: string; readonly namespace: string };
  readonly bfdProfile: string;
  readonly enableGracefulRestart: boolean;
  readonly ebgpMultiHop: boolean;
  readonly vrf: string;
  readonly disableMP: boolean;
  readonly dualStackAddressFamily: boolean;
}

/** IANA's port for BGP, and the API's default. */
export const bgpPort = 179;

export const bgpPeerResource: ResourceType<BGPPeer> = {
  group: metallbGroup,
  version: 'v1beta2',
  kind: 'BGPPeer',
  plural: 'bgppeers',
  namespaced: true,
  parse: parseBGPPeer,
};

function parseBGPPeer(json: unknown): BGPPeer {
  const root = asObject(json);
  const spec = readObject(root, 'spec');
  const secret = readObject(spec, 'passwordSecret');
  return {
    meta: parseMeta(root),
    myASN: readNumber(spec, 'myASN') ?? 0,
    peerASN: readNumber(spec, 'peerASN') ?? 0,
    dynamicASN: readText(spec, 'dynamicASN'),
    localASN: readNumber(spec, 'localASN') ?? 0,
    peerAddress: readText(spec, 'peerAddress'),
    interface: readText(spec, 'interface'),
    sourceAddress: readText(spec, 'sourceAddress'),
    peerPort: readNumber(spec, 'peerPort') ?? bgpPort,
    holdTime: readString(spec, 'holdTime'),
    keepaliveTime: readString(spec, 'keepaliveTime'),
    connectTime: readString(spec, 'connectTime'),
    routerID: readText(spec, 'routerID'),
    nodeSelectors: readObjects(spec, 'nodeSelectors').map(parseLabelSelector),
    password: readText(spec, 'password'),
    passwordSecret: { name: readText(secret, 'name'), namespace: readText(secret, 'namespace') },
    bfdProfile: readText(spec, 'bfdProfile'),
    enableGracefulRestart: readBoolean(spec, 'enableGracefulRestart') ?? false,
    ebgpMultiHop: readBoolean(spec, 'ebgpMultiHop') ?? false,
    vrf: readText(spec, 'vrf'),
    disableMP: readBoolean(spec, 'disableMP') ?? false,
    dualStackAddressFamily: readBoolean(spec, 'dualStackAddressFamily') ?? false,
  };
}
