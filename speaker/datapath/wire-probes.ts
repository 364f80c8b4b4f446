import { arpSenderOf, isArpFrame, senderHardwareAddressAt, writeArpRequest } from './arp.ts';

import type { DefaultGateway } from './default-gateway.ts';
import type { Frame } from './frame.ts';
import type { FrameSinks } from './frame-sink.ts';
import { broadcastMac, isMacAt, type MacWords } from './mac-words.ts';
import { ndpOption } from './ndp.ts';
import { isSolicitation, linkLayerAddressAt, ndpTargetAt, writeSolicitation } from './ndp-frame.ts';
import type { ServedInterface } from './served-addresses.ts';
import { sourceAddressFor } from './source-address.ts';

/** What a probe asks: does that node answer for an address of its own, or is a default gateway there? */
export type ProbeTarget = { readonly type: 'owner'; readonly node: string } | { readonly type: 'gateway' };

/** An interface that probes leave by. */
export interface ProbeInterface extends ServedInterface {
  readonly name: string;
  /** Its own, text. */
  readonly addresses: readonly string[];
}

interface Probe {
  readonly target: ProbeTarget;
  readonly address: DataView;
  /** Who may answer; undefined: anybody. */
  readonly macs: readonly MacWords[] | undefined;
  readonly untilMs: number;
}

/** An answer that takes longer is none. */
const answerMs = 1_000;
const noAddress = new DataView(new ArrayBuffer(4));

/**
 * Asks on the wire who is there, by ARP or neighbour discovery: other ways than pulses, so that their silence is no
 * proof. A speaker answers for its addresses from its own packet socket, hence an answer proves that it works.
 */
export class WireProbes {
  /** BOUNDED: the last one per node, and one per gateway; dropped when it is too old. */
  #probes: readonly Probe[] = [];

  /** Nothing is awaited: frames need not be looked at. */
  get idle(): boolean {
    return this.#probes.length === 0;
  }

  /** Asks each of the node's MACs, on each interface, for an address that the node holds. */
  askOwner(
    owner: { readonly node: string; readonly address: DataView; readonly macs: readonly MacWords[] },
    interfaces: readonly ProbeInterface[],
    sinks: FrameSinks,
    nowMs: number,
  ): void {
    const { node, address, macs } = owner;
    const others = this.#probes.filter(({ target }) => target.type !== 'owner' || target.node !== node);
    this.#probes = [...others, { target: { type: 'owner', node }, address, macs, untilMs: nowMs + answerMs }];
    for (const one of interfaces) for (const mac of macs) ask(sinks, one, { mac, address });
  }

  /** Asks each gateway that lies behind one of the interfaces. */
  askGateways(
    gateways: readonly DefaultGateway[],
    interfaces: readonly ProbeInterface[],
    sinks: FrameSinks,
    nowMs: number,
  ): void {
    this.#probes = this.#probes.filter(({ target }) => target.type !== 'gateway');
    for (const { link, address } of gateways) {
      const one = interfaces.find(({ name }) => name === link);
      if (one === undefined) continue;
      ask(sinks, one, { mac: undefined, address });
      const probe: Probe = { target: { type: 'gateway' }, address, macs: undefined, untilMs: nowMs + answerMs };
      this.#probes = [...this.#probes, probe];
    }
  }

  /** Whose answer an ARP reply is, if it is one. */
  arpAnswer({ view, length }: Frame, nowMs: number): ProbeTarget | undefined {
    if (!isArpFrame(view, length)) return undefined;
    const sender = arpSenderOf(view);
    return this.#take(
      ({ address, macs }) =>
        address.byteLength === 4 && address.getInt32(0) === sender && isOneOf(macs, view, senderHardwareAddressAt),
      nowMs,
    );
  }

  /** Whose answer a valid neighbour advertisement is, if it is one. */
  ndpAnswer({ view }: Frame, nowMs: number): ProbeTarget | undefined {
    if (isSolicitation(view)) return undefined;
    const macAt = linkLayerAddressAt(view, ndpOption.targetLinkLayerAddress);
    return this.#take(
      ({ address, macs }) =>
        address.byteLength === 16 && isSame(address, view, ndpTargetAt) && isOneOf(macs, view, macAt),
      nowMs,
    );
  }

  #take(fits: (probe: Probe) => boolean, nowMs: number): ProbeTarget | undefined {
    const found = this.#probes.find((probe) => nowMs < probe.untilMs && fits(probe));
    this.#probes = this.#probes.filter((probe) => probe !== found && nowMs < probe.untilMs);
    return found?.target;
  }
}

/** `mac` undefined: all stations are asked. */
function ask(
  sinks: FrameSinks,
  on: ProbeInterface,
  { mac, address }: { readonly mac: MacWords | undefined; readonly address: DataView },
): void {
  const source = sourceAddressFor(on.addresses, address);
  if (address.byteLength === 4) {
    const frame = sinks.arp.next();
    const asker = { mac: on.mac, address: (source ?? noAddress).getInt32(0) };
    frame.length = writeArpRequest(frame.view, mac ?? broadcastMac, asker, address.getInt32(0));
    frame.interfaceIndex = on.index;
    sinks.arp.push();
  } else if (source !== undefined) {
    // From `::` it would be duplicate address detection.
    const frame = sinks.ndp.next();
    frame.length = writeSolicitation(frame.view, mac ?? 'group', { mac: on.mac, address: source }, address);
    frame.interfaceIndex = on.index;
    sinks.ndp.push();
  }
}

function isOneOf(macs: readonly MacWords[] | undefined, view: DataView, offset: number): boolean {
  return macs === undefined || macs.some((mac) => isMacAt(view, offset, mac));
}

function isSame(address: DataView, view: DataView, offset: number): boolean {
  for (let at = 0; at < 16; at += 4) if (address.getInt32(at) !== view.getInt32(offset + at)) return false;
  return true;
}
