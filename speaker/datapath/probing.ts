import type { DefaultGateway } from './default-gateway.ts';
import type { Frame } from './frame.ts';
import type { FrameSinks } from './frame-sink.ts';
import { type MacWords, macWordsOf } from './mac-words.ts';
import { addressViewOf, type LinksByIndex, type ServedTable } from './served-table.ts';
import type { Member } from './table.ts';
import { type ProbeInterface, type ProbeTarget, WireProbes } from './wire-probes.ts';

/** What is known when probes are sent. */
export interface ProbingView {
  readonly table: ServedTable;
  readonly links: LinksByIndex;
  readonly members: readonly Member[];
}

/** Turns wishes for probes into frames, and answers into who gave them. */
export class Probing {
  readonly #probes = new WireProbes();
  readonly #gateways: () => readonly DefaultGateway[];
  /** By node, an address that it holds. BOUNDED by the members. */
  readonly #owners = new Map<string, string>();
  #gatewayWanted = false;

  /** `gateways`: read anew each time, since routes change without notice. */
  constructor(gateways: () => readonly DefaultGateway[]) {
    this.#gateways = gateways;
  }

  /** `send` has something to do. */
  get wanted(): boolean {
    return this.#gatewayWanted || this.#owners.size > 0;
  }

  wantOwner(node: string, address: string): void {
    this.#owners.set(node, address);
  }

  wantGateway(): void {
    this.#gatewayWanted = true;
  }

  /** Sends what is wanted. */
  send(view: ProbingView, sinks: FrameSinks, nowMs: number): void {
    if (this.#owners.size > 0) this.#sendOwners(view, sinks, nowMs);
    if (!this.#gatewayWanted) return;
    this.#gatewayWanted = false;
    this.#probes.askGateways(this.#gateways(), interfacesOf(view, view.table.interfaces), sinks, nowMs);
  }

  /** Whose answer an ARP packet that is no request is, if it is one. Costs nothing where nothing was asked. */
  arpAnswer(frame: Frame, nowMs: number): ProbeTarget | undefined {
    return this.#probes.idle ? undefined : this.#probes.arpAnswer(frame, nowMs);
  }

  /** Likewise of a valid neighbour advertisement. */
  ndpAnswer(frame: Frame, nowMs: number): ProbeTarget | undefined {
    return this.#probes.idle ? undefined : this.#probes.ndpAnswer(frame, nowMs);
  }

  #sendOwners(view: ProbingView, sinks: FrameSinks, nowMs: number): void {
    for (const [node, ip] of this.#owners) {
      const address = addressViewOf(ip);
      const macs = macsOf(view.members.find((member) => member.node === node));
      if (address === undefined || macs.length === 0) continue;
      const served = view.table.find(ip)?.interfaces.map(({ index }) => index);
      // Where this node is no candidate itself, the others may answer on any of the networks that are served.
      const interfaces = interfacesOf(view, served ?? view.table.interfaces);
      this.#probes.askOwner({ node, address, macs }, interfaces, sinks, nowMs);
    }
    this.#owners.clear();
  }
}

function macsOf(member: Member | undefined): readonly MacWords[] {
  return (member?.macs ?? []).flatMap((mac) => macWordsOf(mac) ?? []);
}

function interfacesOf({ links }: ProbingView, indexes: Iterable<number>): readonly ProbeInterface[] {
  return [...indexes].flatMap((index) => {
    const link = links?.get(index);
    const mac = macWordsOf(link?.mac ?? '');
    if (link === undefined || mac === undefined) return [];
    return [{ index, mac, name: link.name, addresses: link.addresses }];
  });
}
