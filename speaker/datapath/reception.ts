import type { AddressChecks } from './address-checks.ts';
import { type AddressUse, arpAddressUse, ndpAddressUse } from './address-use.ts';
import { writeDefence } from './announcement.ts';
import { senderHardwareAddressAt } from './arp.ts';
import { ConflictWatch } from './conflict.ts';
import type { Frame } from './frame.ts';
import type { FrameSink } from './frame-sink.ts';
import { macText, readMac } from './mac-words.ts';
import { MemberMacs } from './member-macs.ts';
import { ndpOption } from './ndp.ts';
import { linkLayerAddressAt } from './ndp-frame.ts';
import type { Probing } from './probing.ts';
import { answerArp, answerNdp, claimedArpAddress, claimedNdpAddress, type Verdict } from './responder.ts';
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
  readonly #checks: AddressChecks;
  readonly #listener: ReceptionListener;
  readonly #conflicts = new ConflictWatch();
  readonly #arpCounts = new VerdictCounts('arp');
  readonly #ndpCounts = new VerdictCounts('ndp');
  readonly #memberMacs = new MemberMacs();
  #links: LinksByIndex;
  /** BOUNDED by the node's links. */
  #linkMacs: ReadonlySet<string> = new Set();
  #conflictCount = 0;

  constructor(probing: Probing, checks: AddressChecks, listener: ReceptionListener) {
    this.#probing = probing;
    this.#checks = checks;
    this.#listener = listener;
  }

  setMembers(members: readonly Member[], nowMs: number): void {
    this.#memberMacs.set(members, nowMs);
    this.#checks.setMemberMacs(this.#memberMacs.members);
  }

  setLinks(links: LinksByIndex): void {
    this.#links = links;
    this.#linkMacs = new Set([...(links?.values() ?? [])].map((link) => link.mac));
  }

  /** Another speaker says that it gave up the address, which this node owns. */
  released(ip: string, nowMs: number): void {
    this.#conflicts.released(ip, nowMs);
  }

  /** The address is no longer this node's. */
  forget(ip: string): void {
    this.#conflicts.forget(ip);
  }

  /** Puts the answer to an ARP frame, if there is one, into the sink. Allocates nothing for a request. */
  arp(frame: Frame, sink: FrameSink, served: ServedAddresses, nowMs: number): void {
    const verdict = answerArp(frame, sink.next(), served);
    this.#arpCounts.add(verdict);
    if (this.#checks.probing && isUnderstood(verdict)) this.#used(arpAddressUse(frame, served), frame, nowMs);
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
    if (this.#checks.probing && isUnderstood(verdict)) this.#used(ndpAddressUse(frame, served), frame, nowMs);
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

  /** Other speakers that probe, or answer, are no other machines: which of them has it they settle by claims. */
  #used(use: AddressUse | undefined, { view, interfaceIndex }: Frame, nowMs: number): void {
    if (use === undefined || use.served.owned) return;
    const mac = macText(readMac(view, use.macAt));
    if (this.#linkMacs.has(mac) || this.#memberMacs.has(mac, nowMs)) return;
    this.#checks.used(use.served.ip, { mac, link: this.#linkName(interfaceIndex) }, nowMs);
  }

  #linkName(index: number): string {
    return this.#links?.get(index)?.name ?? String(index);
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
    const response = this.#conflicts.judge({ ip, mac, bySpeaker: this.#memberMacs.has(mac, nowMs) }, nowMs);
    if (response.verdict === 'conflict') this.#conflictCount += 1;
    if (response.defend) writeDefence(served, on, sink);
    if (response.report) {
      this.#listener.conflict({ type: 'conflict', ip, service, mac, link: this.#linkName(frame.interfaceIndex) });
    }
  }
}

/** These are valid, came from another station, and were for this one. */
function isUnderstood(verdict: Verdict): boolean {
  switch (verdict) {
    case 'answered':
    case 'foreignClaim':
    case 'arpNotRequest':
    case 'ndpNotSolicitation':
    case 'addressUnknown':
    case 'addressOnOtherInterface':
    case 'notOwner':
      return true;
    default:
      return false;
  }
}
