import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { arpOperation } from '../../speaker/datapath/arp.ts';
import { etherType } from '../../speaker/datapath/ethernet.ts';
import type { Frame } from '../../speaker/datapath/frame.ts';
import { ndpType } from '../../speaker/datapath/ndp.ts';
import { DescriptorSet } from '../../speaker/system/descriptor-set.ts';
import { loadLibc } from '../../speaker/system/libc.ts';
import { ip, linkIndex } from '../support/wire-namespace.ts';
import { type AskerOptions, askToEnd, ProbeSocket } from './asking.ts';
import type { ProbeFigures, ProbeOrder, ProbeReport, ProbeTarget } from './prober-message.ts';

/* Asks the node for addresses, over and over, from another namespace and another process. The same for both targets. */

interface Figures extends ProbeFigures {
  readonly asleepUs: number[][];
  readonly awakeUs: number[][];
  readonly repliesPerSecond: number[];
  unanswered: number;
  lost: number;
}

const giveUpMs = 500;
const targets: readonly ProbeTarget[] = ['responder', 'kernel'];

function noFigures(): Figures {
  return { asleepUs: [], awakeUs: [], repliesPerSecond: [], unanswered: 0, lost: 0 };
}

class Prober {
  readonly #order: ProbeOrder;
  readonly #socket: ProbeSocket;
  readonly #waiting: DescriptorSet;
  readonly #shared = new SharedArrayBuffer(16);
  readonly #command = new Int32Array(this.#shared, 0, 1);
  readonly #sentAt = new BigInt64Array(this.#shared, 8, 1);
  readonly #asker: Worker;
  #replies = 0;
  /** What is being asked for: its last two octets, which tell the targets apart. */
  #asked = 0;
  readonly #count = (frame: Frame): void => {
    if (isAnswer(frame.view, this.#asked)) this.#replies += 1;
  };

  constructor(order: ProbeOrder) {
    const libc = loadLibc();
    const options: AskerOptions = {
      protocol: order.protocol,
      interfaceIndex: linkIndex(order.link),
      requests: targets.map((target) => order.targets[target]),
      shared: this.#shared,
    };
    this.#order = order;
    this.#socket = new ProbeSocket(libc, options);
    this.#waiting = new DescriptorSet(libc, [{ fd: this.#socket.fd, onReadable: () => undefined }]);
    this.#asker = new Worker(new URL('./asker-main.ts', import.meta.url), { workerData: options });
  }

  async start(): Promise<void> {
    await once(this.#asker, 'online');
  }

  /** The client sleeps while its request is under way, as on any network that takes time. */
  asleep(target: ProbeTarget, count: number, figures: Figures): void {
    this.#turnTo(target);
    const samples: number[] = [];
    figures.asleepUs.push(samples);
    for (let done = 0; done < count; done += 1) {
      Atomics.store(this.#command, 0, targets.indexOf(target) + 1);
      Atomics.notify(this.#command, 0);
      const answered = this.#awaitAnswer();
      const receivedNs = process.hrtime.bigint();
      if (answered) samples.push(Number(receivedNs - (this.#sentAt[0] ?? 0n)) / 1000);
      else figures.unanswered += 1;
    }
  }

  /**
   * The client asks and reads in one thread. Over a veth pair the kernel's answer is there when the sending call
   * returns, so that the kernel is measured without any switch of threads.
   */
  awake(target: ProbeTarget, count: number, figures: Figures): void {
    this.#turnTo(target);
    const samples: number[] = [];
    figures.awakeUs.push(samples);
    for (let done = 0; done < count; done += 1) {
      const startMs = performance.now();
      this.#socket.ask(this.#order.targets[target]);
      this.#socket.flush();
      if (this.#awaitAnswer()) samples.push((performance.now() - startMs) * 1000);
      else figures.unanswered += 1;
    }
  }

  #awaitAnswer(): boolean {
    const endMs = performance.now() + giveUpMs;
    this.#replies = 0;
    while (performance.now() < endMs) {
      this.#waiting.wait(giveUpMs);
      this.#socket.receive(this.#count);
      if (this.#replies > 0) return true;
    }
    return false;
  }

  /** As many requests under way at once as the window has room for. */
  flood(target: ProbeTarget, figures: Figures): void {
    this.#turnTo(target);
    const { floodMsPerTurn, window } = this.#order;
    let sent = 0;
    this.#replies = 0;
    const startMs = performance.now();
    while (performance.now() - startMs < floodMsPerTurn) {
      for (; sent - this.#replies < window; sent += 1) this.#socket.ask(this.#order.targets[target]);
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
    if (this.#replies === before) this.#waiting.wait(1);
  }

  #turnTo(target: ProbeTarget): void {
    this.#asked = askedBy(this.#order.targets[target], this.#order.protocol);
  }

  /** Until the thread answers again, uncounted: it also reads what the kernel is asked, and may still be at it. */
  settle(): void {
    this.#turnTo('responder');
    do {
      this.#socket.ask(this.#order.targets.responder);
      this.#socket.flush();
    } while (!this.#awaitAnswer());
  }

  async stop(): Promise<void> {
    const ended = once(this.#asker, 'exit');
    Atomics.store(this.#command, 0, askToEnd);
    Atomics.notify(this.#command, 0);
    await ended;
    this.#socket.close();
  }
}

/** An ARP reply or an advertisement for that address, and to us: announcements go to groups. */
function isAnswer(view: DataView, asked: number): boolean {
  if ((view.getUint8(0) & 1) === 1) return false;
  return view.getUint16(12) === etherType.arp
    ? view.getUint16(20) === arpOperation.reply && view.getUint16(30) === asked
    : view.getUint8(54) === ndpType.neighborAdvertisement && view.getUint16(76) === asked;
}

/** The last two octets of the address that a request asks for. */
function askedBy(request: string, protocol: ProbeOrder['protocol']): number {
  const at = 2 * (protocol === 'arp' ? 40 : 76);
  return Number.parseInt(request.slice(at, at + 4), 16);
}

async function probe(order: ProbeOrder): Promise<ProbeReport> {
  ip(`link set ${order.link} up`);
  const prober = new Prober(order);
  await prober.start();
  const figures: Record<ProbeTarget, Figures> = { responder: noFigures(), kernel: noFigures() };
  const turn = (into: Record<ProbeTarget, Figures>): void => {
    for (const target of targets) prober.asleep(target, order.roundTripsPerTurn, into[target]);
    for (const target of targets) prober.awake(target, order.roundTripsPerTurn, into[target]);
    for (const target of targets) {
      prober.flood(target, into[target]);
      prober.settle();
    }
  };
  // Two to warm up: the compilers on both sides have to have seen their loops.
  for (let n = 0; n < 2; n += 1) turn({ responder: noFigures(), kernel: noFigures() });
  for (let n = 0; n < order.turns; n += 1) turn(figures);
  await prober.stop();
  return figures;
}

process.on('message', async (order: ProbeOrder) => {
  const report = await probe(order);
  process.send?.(report, () => process.disconnect?.());
});
process.send?.('ready');
