import { writeDefence } from './announcement.ts';
import { senderHardwareAddressAt } from './arp.ts';
import { ConflictWatch } from './conflict.ts';
import type { Frame } from './frame.ts';
import type { FrameSink } from './frame-sink.ts';
import { macText, readMac } from './mac-words.ts';
import { ndpOption } from './ndp.ts';
import { linkLayerAddressAt } from './ndp-frame.ts';
import type { Probing } from './probing.ts';
import { answerArp, answerNdp, claimedArpAddress, claimedNdpAddress } from './responder.ts';
import type { ServedAddress, ServedAddresses } from './served-addresses.ts';
import type { LinksByIndex } from './served-table.ts';
import type { DatapathEvent, Member } from './table.ts';
import { VerdictCounts } from './verdict-counts.ts';
import type { ProbeTarget } from './wire-probes.ts';

/** Who is told what came in beside requests. */
export interface ReceptionListener {
  conflict(event: DatapathEvent): void;
  /** A probe was answered. */
  probed(target: ProbeTarget, nowMs: number): void;
}

/** What becomes of the frames that come in: answers, conflicts, and answers to this node's own probes. */
export class Reception {
  readonly #probing: Probing;
  readonly #listener: ReceptionListener;
  readonly #conflicts = new ConflictWatch();
  readonly #arpCounts = new VerdictCounts('arp');
  readonly #ndpCounts = new VerdictCounts('ndp');
  /** BOUNDED by the members and their interfaces. */
  #memberMacs: ReadonlySet<string> = new Set();
  #links: LinksByIndex;
  /** BOUNDED by the node's links. */
  #linkMacs: ReadonlySet<string> = new Set();
  #conflictCount = 0;

  constructor(probing: Probing, listener: ReceptionListener) {
    this.#probing = probing;
    this.#listener = listener;
  }

  setMembers(members: readonly Member[]): void {
    this.#memberMacs = new Set(members.flatMap((member) => member.macs.map((mac) => mac.toLowerCase())));
  }

  setLinks(links: LinksByIndex): void {
    this.#links = links;
    this.#linkMacs = new Set([...(links?.values() ?? [])].map((link) => link.mac));
  }

  /** The address is no longer this node's. */
  forget(ip: string): void {
    this.#conflicts.forget(ip);
  }

  /** Puts the answer to an ARP frame, if there is one, into the sink. Allocates nothing for a request. */
  arp(frame: Frame, sink: FrameSink, served: ServedAddresses, nowMs: number): void {
    const verdict = answerArp(frame, sink.next(), served);
    this.#arpCounts.add(verdict);
    if (verdict === 'answered') sink.push();
    else if (verdict === 'arpNotRequest') this.#probed(this.#probing.arpAnswer(frame, nowMs), nowMs);
    else if (verdict === 'foreignClaim') {
      this.#judge({ served: claimedArpAddress(frame, served), frame, macAt: senderHardwareAddressAt }, sink, nowMs);
    }
  }

  /** As `arp`, for neighbour discovery. */
  ndp(frame: Frame, sink: FrameSink, served: ServedAddresses, nowMs: number): void {
    const verdict = answerNdp(frame, sink.next(), served);
    this.#ndpCounts.add(verdict);
    if (verdict === 'answered') sink.push();
    else if (verdict === 'ndpNotSolicitation') this.#probed(this.#probing.ndpAnswer(frame, nowMs), nowMs);
    else if (verdict === 'foreignClaim') {
      const macAt = linkLayerAddressAt(frame.view, ndpOption.targetLinkLayerAddress);
      this.#judge({ served: claimedNdpAddress(frame, served), frame, macAt }, sink, nowMs);
    }
  }

  counters(): Readonly<Record<string, number>> {
    const verdicts = [...this.#arpCounts.entries(), ...this.#ndpCounts.entries()];
    return { ...Object.fromEntries(verdicts), conflicts: this.#conflictCount };
  }

  #probed(target: ProbeTarget | undefined, nowMs: number): void {
    if (target !== undefined) this.#listener.probed(target, nowMs);
  }

  #judge(
    claim: { readonly served: ServedAddress | undefined; readonly frame: Frame; readonly macAt: number },
    sink: FrameSink,
    nowMs: number,
  ): void {
    const { served, frame } = claim;
    const on = served?.interfaces.find((one) => one.index === frame.interfaceIndex);
    if (served === undefined || on === undefined) return;
    const { ip, service } = served;
    const mac = macText(readMac(frame.view, claim.macAt));
    // Linux answers on every link for what any of them holds (arp_ignore 0): that is this node, too.
    if (this.#linkMacs.has(mac)) return;
    const response = this.#conflicts.judge({ ip, mac, bySpeaker: this.#memberMacs.has(mac) }, nowMs);
    if (response.verdict === 'conflict') this.#conflictCount += 1;
    if (response.defend) writeDefence(served, on, sink);
    if (response.report) {
      const link = this.#links?.get(frame.interfaceIndex)?.name ?? String(frame.interfaceIndex);
      this.#listener.conflict({ type: 'conflict', ip, service, mac, link });
    }
  }
}
