import { type BGPPeer, bgpPeerResource } from '../../api/bgp-peer.ts';
import type { Labels } from '../../api/label-selector.ts';
import { parseAddress } from '../../net/address.ts';
import { quotedText } from '../../net/quoted-text.ts';
import { type FindingObject, mustBe, type Problem } from '../finding-text.ts';
import { parseGoDuration } from '../go-duration.ts';
import { isInterfaceName } from '../interface-name.ts';
import { soundSelectors } from '../sound-entries.ts';
import { unmatchedNodes } from '../unmatched-nodes.ts';
import type { BgpPeer } from './model.ts';
import { type BgpTimers, bgpTimers, isHoldTime, isKeepaliveTime } from './timers.ts';

export interface ReadPeer {
  readonly resource: BGPPeer;
  readonly object: FindingObject;
  /** Undefined where the peer can't be used. */
  readonly peer: BgpPeer | undefined;
  readonly problems: readonly Problem[];
}

const maxAsn = 4_294_967_295;
const maxConnectTimeMs = 65_535_000;

/** Reads one BGPPeer by itself; any error sets it aside. */
export function readPeer(resource: BGPPeer, nodeLabels: ReadonlyMap<string, Labels> | undefined): ReadPeer {
  const { name, namespace } = resource.meta;
  const timers = readTimers(resource);
  const problems = [
    ...checkAsns(resource),
    ...checkEnds(resource),
    ...timers.problems,
    ...checkConnectTime(resource),
    ...checkOptions(resource),
  ];
  const nodes = soundSelectors(resource.nodeSelectors, 'spec.nodeSelectors');
  const object = { kind: bgpPeerResource.kind, namespace, name };
  const wrong = [...problems, ...nodes.problems].some(({ severity }) => severity === 'error');
  const peer = wrong ? undefined : toPeer(resource, timers.timers);
  const unmatched = resource.nodeSelectors.flatMap((selector, index) =>
    unmatchedNodes(selector, `spec.nodeSelectors[${index}]`, nodeLabels),
  );
  return { resource, object, peer, problems: [...problems, ...nodes.problems, ...unmatched] };
}

function toPeer(resource: BGPPeer, timers: BgpTimers): BgpPeer {
  const { connectTime, passwordSecret } = resource;
  return {
    name: resource.meta.name,
    myAsn: resource.myASN,
    peerAsn: isDynamic(resource.dynamicASN) ? resource.dynamicASN : resource.peerASN,
    localAsn: resource.localASN || undefined,
    peerAddress: parseAddress(resource.peerAddress),
    peerInterface: resource.interface || undefined,
    sourceAddress: parseAddress(resource.sourceAddress),
    peerPort: resource.peerPort,
    ...timers,
    connectTimeMs: connectTime === undefined ? undefined : parseGoDuration(connectTime),
    routerId: parseAddress(resource.routerID),
    password: resource.password,
    passwordSecret: passwordSecret.name || undefined,
    bfdProfile: resource.bfdProfile || undefined,
    gracefulRestart: resource.enableGracefulRestart,
    ebgpMultiHop: resource.ebgpMultiHop,
    vrf: resource.vrf,
    disableMp: resource.disableMP,
    dualStackAddressFamily: resource.dualStackAddressFamily,
    nodeSelectors: resource.nodeSelectors,
  };
}

function checkAsns(resource: BGPPeer): readonly Problem[] {
  const { myASN, peerASN, dynamicASN, localASN, ebgpMultiHop } = resource;
  const internal = peerASN === myASN || dynamicASN === 'internal';
  return [
    ...mustBe(isAsn(myASN), 'spec.myASN', `${myASN} is no AS number: give one from 1 to ${maxAsn}`),
    ...mustBe(
      (peerASN !== 0) !== (dynamicASN !== ''),
      'spec.peerASN',
      'give exactly one of peerASN and dynamicASN, so that it is known what the peer is',
    ),
    ...mustBe(
      peerASN === 0 || isAsn(peerASN),
      'spec.peerASN',
      `${peerASN} is no AS number: give one from 1 to ${maxAsn}`,
    ),
    ...mustBe(
      dynamicASN === '' || isDynamic(dynamicASN),
      'spec.dynamicASN',
      `${quotedText(dynamicASN)} is unknown; use internal or external`,
    ),
    ...mustBe(
      localASN === 0 || isAsn(localASN),
      'spec.localASN',
      `${localASN} is no AS number: give one from 1 to ${maxAsn}`,
    ),
    ...mustBe(
      !(ebgpMultiHop && internal),
      'spec.ebgpMultiHop',
      'both ends are in one AS, so this is no EBGP session; remove the field',
    ),
  ];
}

function checkEnds(resource: BGPPeer): readonly Problem[] {
  const { peerAddress, sourceAddress, routerID, vrf, peerPort } = resource;
  const isRouterId = routerID === '' || parseAddress(routerID)?.family === 'IPv4';
  return [
    ...mustBe(
      (peerAddress !== '') !== (resource.interface !== ''),
      'spec.peerAddress',
      'give exactly one of peerAddress and interface, so that it is known where the peer is',
    ),
    ...mustBe(
      peerAddress === '' || parseAddress(peerAddress) !== undefined,
      'spec.peerAddress',
      `${quotedText(peerAddress)} is not an IP address`,
    ),
    ...mustBe(
      sourceAddress === '' || parseAddress(sourceAddress) !== undefined,
      'spec.sourceAddress',
      `${quotedText(sourceAddress)} is not an IP address`,
    ),
    // RFC 6286: four octets.
    ...mustBe(isRouterId, 'spec.routerID', `${quotedText(routerID)} is not a router id; write it as an IPv4 address`),
    ...mustBe(
      resource.interface === '' || isInterfaceName(resource.interface),
      'spec.interface',
      `${quotedText(resource.interface)} can't be the name of an interface; give it exactly as "ip link" prints it`,
    ),
    ...mustBe(
      vrf === '' || isInterfaceName(vrf),
      'spec.vrf',
      `${quotedText(vrf)} can't be the name of a VRF; give it exactly as "ip link" prints it`,
    ),
    ...mustBe(
      Number.isInteger(peerPort) && peerPort >= 1 && peerPort <= 65_535,
      'spec.peerPort',
      `${peerPort} is no port: give one from 1 to 65535`,
    ),
  ];
}

function readTimers(resource: BGPPeer): { readonly timers: BgpTimers; readonly problems: readonly Problem[] } {
  const { holdTime, keepaliveTime } = resource;
  const holdMs = holdTime === undefined ? undefined : parseGoDuration(holdTime);
  const keepaliveMs = keepaliveTime === undefined ? undefined : parseGoDuration(keepaliveTime);
  const timers = bgpTimers(holdMs, keepaliveMs);
  const readable = [
    ...mustBe(
      holdTime === undefined || (holdMs !== undefined && isHoldTime(holdMs)),
      'spec.holdTime',
      `${quotedText(holdTime ?? '')} is not a hold time; write "0s" or "3s" to "65535s"`,
    ),
    ...mustBe(
      keepaliveTime === undefined || (keepaliveMs !== undefined && isKeepaliveTime(keepaliveMs)),
      'spec.keepaliveTime',
      `${quotedText(keepaliveTime ?? '')} is not a keepalive time; write "0s" or at least "1s"`,
    ),
  ];
  const tooLong = `${timers.keepaliveTimeMs / 1000}s is longer than the hold time of ${timers.holdTimeMs / 1000}s; make it a third of that`;
  const fits = mustBe(timers.keepaliveTimeMs <= timers.holdTimeMs, 'spec.keepaliveTime', tooLong);
  return { timers, problems: readable.length > 0 ? readable : fits };
}

function checkConnectTime({ connectTime }: BGPPeer): readonly Problem[] {
  if (connectTime === undefined) return [];
  const ms = parseGoDuration(connectTime);
  const fits = ms !== undefined && ms >= 1000 && ms <= maxConnectTimeMs && ms % 1000 === 0;
  return mustBe(
    fits,
    'spec.connectTime',
    `${quotedText(connectTime)} is not a connect time; write whole seconds from "1s" to "65535s"`,
  );
}

function checkOptions(resource: BGPPeer): readonly Problem[] {
  const { password, passwordSecret, disableMP, dualStackAddressFamily, meta } = resource;
  const { name, namespace } = passwordSecret;
  return [
    ...mustBe(
      password === '' || name === '',
      'spec.passwordSecret',
      'give at most one of password and passwordSecret; remove the password',
    ),
    ...mustBe(
      name === '' || namespace === '' || namespace === meta.namespace,
      'spec.passwordSecret.namespace',
      `${quotedText(namespace)} is not the namespace of the installation: only Secrets there are read; move it to "${meta.namespace}"`,
    ),
    ...mustBe(
      !(disableMP && dualStackAddressFamily),
      'spec.disableMP',
      'disableMP and dualStackAddressFamily exclude one another; remove disableMP, which is deprecated',
    ),
  ];
}

function isAsn(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= maxAsn;
}

function isDynamic(value: string): value is 'internal' | 'external' {
  return value === 'internal' || value === 'external';
}
