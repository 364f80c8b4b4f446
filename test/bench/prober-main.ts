import { etherType } from '../../speaker/datapath/ethernet.ts';
import type { Frame } from '../../speaker/datapath/frame.ts';
import { arpFilter, ndpFilter } from '../../speaker/system/bpf.ts';
import { loadLibc } from '../../speaker/system/libc.ts';
import { messageFlag } from '../../speaker/system/linux.ts';
import { PacketSocket } from '../../speaker/system/packet-socket.ts';
import { PollSet } from '../../speaker/system/poll-set.ts';
import { ip, linkIndex } from '../support/wire-namespace.ts';
import type { ProbeFigures, ProbeOrder, ProbeReport, ProbeTarget } from './prober-message.ts';

/* Asks the node for addresses, over and over, from another namespace and another process. The same for both targets. */

interface Figures {
  readonly roundTripsUs: number[];
  unanswered: number;
  readonly repliesPerSecond: number[];
  lost: number;
}

const libc = loadLibc();
const giveUpMs = 200;

class Prober {
  readonly #socket: PacketSocket;
  readonly #poll: PollSet;
  readonly #memory = new Uint8Array(new ArrayBuffer(2048));
  readonly #index: number;
  #replies = 0;
  readonly #count = (frame: Frame): void => {
    // Announcements go to groups, answers to us.
    if ((frame.view.getUint8(0) & 1) === 0) this.#replies += 1;
  };

  constructor(order: ProbeOrder) {
    const arp = order.protocol === 'arp';
    this.#socket = new PacketSocket(libc, {
      etherType: arp ? etherType.arp : etherType.ipv6,
      filter: arp ? arpFilter : ndpFilter,
    });
    this.#poll = new PollSet(libc, [{ fd: this.#socket.fd, onReadable: () => undefined }]);
    this.#index = linkIndex(order.link);
  }

  roundTrips(request: string, count: number, figures: Figures): void {
    for (let done = 0; done < count; done += 1) {
      const startMs = performance.now();
      this.#ask(request);
      this.#socket.flush();
      if (this.#awaitAnswer(startMs)) figures.roundTripsUs.push((performance.now() - startMs) * 1000);
      else figures.unanswered += 1;
    }
  }

  #awaitAnswer(startMs: number): boolean {
    for (;;) {
      const length = libc.recv(this.#socket.fd, this.#memory, 2048, messageFlag.dontWait);
      if (length > 0 && ((this.#memory[0] ?? 1) & 1) === 0) return true;
      if (length < 0) {
        if (performance.now() - startMs > giveUpMs) return false;
        this.#poll.wait(giveUpMs);
      }
    }
  }

  flood(request: string, { floodMsPerTurn, window }: ProbeOrder, figures: Figures): void {
    let sent = 0;
    this.#replies = 0;
    const startMs = performance.now();
    while (performance.now() - startMs < floodMsPerTurn) {
      for (; sent - this.#replies < window; sent += 1) this.#ask(request);
      this.#socket.flush();
      this.#drain();
    }
    figures.repliesPerSecond.push((this.#replies * 1000) / (performance.now() - startMs));
    const quietMs = performance.now() + giveUpMs;
    while (this.#replies < sent && performance.now() < quietMs) this.#drain();
    figures.lost += sent - this.#replies;
  }

  #drain(): void {
    const before = this.#replies;
    while (this.#socket.receive(this.#count));
    if (this.#replies === before) this.#poll.wait(1);
  }

  #ask(request: string): void {
    const frame = this.#socket.next();
    frame.length = this.#fill(frame.view, request);
    frame.interfaceIndex = this.#index;
    this.#socket.push();
  }

  /** A slot keeps its request: only the first use of it, or of another request, writes the octets. */
  readonly #filled = new WeakMap<DataView, string>();
  #fill(view: DataView, request: string): number {
    if (this.#filled.get(view) !== request) {
      for (const [offset, octet] of Buffer.from(request, 'hex').entries()) view.setUint8(offset, octet);
      this.#filled.set(view, request);
    }
    return request.length / 2;
  }
}

function probe(order: ProbeOrder): ProbeReport {
  ip(`link set ${order.link} up`);
  const prober = new Prober(order);
  const empty = (): Figures => ({ roundTripsUs: [], unanswered: 0, repliesPerSecond: [], lost: 0 });
  const figures: Record<ProbeTarget, Figures & ProbeFigures> = { responder: empty(), kernel: empty() };
  const targets: readonly ProbeTarget[] = ['responder', 'kernel'];
  // Warm up: the compilers on both sides have to have seen the loop.
  for (const target of targets) prober.roundTrips(order.targets[target], 5_000, empty());
  for (const target of targets) prober.flood(order.targets[target], order, empty());
  for (let turn = 0; turn < order.turns; turn += 1) {
    for (const target of targets) prober.roundTrips(order.targets[target], order.roundTripsPerTurn, figures[target]);
    for (const target of targets) prober.flood(order.targets[target], order, figures[target]);
  }
  return figures;
}

process.on('message', (order: ProbeOrder) => {
  process.send?.(probe(order), () => process.disconnect?.());
});
process.send?.('ready');
