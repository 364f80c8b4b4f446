/**
 * A station on the LAN that asks for addresses over and over and keeps what it hears. It asks by raw frames, so that it
 * hears everybody who answers and not only the one whom its kernel would believe. Argument: its interface.
 */
import { etherType } from '../../../speaker/datapath/ethernet.ts';
import type { Frame } from '../../../speaker/datapath/frame.ts';
import { macText, readMac } from '../../../speaker/datapath/mac-words.ts';
import { arpFilter, ndpFilter } from '../../../speaker/system/bpf.ts';
import { DescriptorSet } from '../../../speaker/system/descriptor-set.ts';
import { loadLibc } from '../../../speaker/system/libc.ts';
import { PacketSocket } from '../../../speaker/system/packet-socket.ts';
import { ip, linkIndex } from '../../support/wire-namespace.ts';
import { answerRequests, monotonicMs } from '../process/dialogue.ts';
import { type Question, questionFor } from './question.ts';
import type { Announcement, Answer, Watch } from './watch.ts';
import type { WatchAnswer, WatchRequest } from './watch-message.ts';

interface Watched {
  readonly address: string;
  readonly question: Question;
  /** BOUNDED, as the other two: by the time between two orders to watch. */
  readonly requests: number[];
  readonly answers: Answer[];
  readonly announcements: Announcement[];
}

const link = process.argv[2] ?? 'eth0';
const interfaceIndex = linkIndex(link);
const mac = / link\/ether (\S+)/.exec(ip(`-o link show dev ${link}`))?.[1] ?? '';
const libc = loadLibc();
const sockets = {
  arp: new PacketSocket(libc, { etherType: etherType.arp, filter: arpFilter }),
  ndp: new PacketSocket(libc, { etherType: etherType.ipv6, filter: ndpFilter }),
};
const waiting = new DescriptorSet(
  libc,
  Object.values(sockets).map((socket) => ({ fd: socket.fd, onReadable: () => receive(socket) })),
);
/** How often this process looks for orders. */
const turnMs = 20;
let watched: readonly Watched[] = [];
let everyMs = 0;
let nextMs = 0;

function receive(socket: PacketSocket): void {
  while (socket.receive(keep));
}

function keep(frame: Frame): void {
  const atMs = monotonicMs();
  for (const { question, answers, announcements } of watched) {
    const isArp = frame.view.getUint16(12) === etherType.arp;
    if (isArp !== (question.protocol === 'arp')) continue;
    const reading = question.read(frame);
    if (reading === undefined) continue;
    const from = macText(readMac(frame.view, 6));
    if (reading.type === 'announcement') announcements.push({ atMs, mac: from });
    else answers.push({ request: reading.request, atMs, mac: from });
  }
}

function askAll(): void {
  for (const { question, requests } of watched) {
    const socket = sockets[question.protocol];
    const bytes = question.frame(requests.length);
    const frame = socket.next();
    for (const [offset, octet] of bytes.entries()) frame.view.setUint8(offset, octet);
    frame.length = bytes.length;
    frame.interfaceIndex = interfaceIndex;
    socket.push();
    requests.push(monotonicMs());
    socket.flush();
  }
}

/** Asks and listens until it is time to look for orders. */
function turn(): void {
  const endMs = monotonicMs() + turnMs;
  for (let nowMs = monotonicMs(); nowMs < endMs; nowMs = monotonicMs()) {
    if (nowMs >= nextMs) {
      askAll();
      // What a busy machine has missed is not made up for.
      nextMs = Math.max(nextMs + everyMs, nowMs);
    }
    waiting.wait(Math.max(0, Math.ceil(Math.min(nextMs, endMs) - monotonicMs())));
  }
  setImmediate(turn);
}

function perform(request: WatchRequest): WatchAnswer {
  if (request.type === 'report') return watched.map((each) => since(each, request.sinceMs ?? 0));
  const idle = watched.length === 0;
  watched = request.addresses.map((address) => ({
    address,
    question: questionFor(address, mac),
    requests: [],
    answers: [],
    announcements: [],
  }));
  ({ everyMs } = request);
  nextMs = monotonicMs();
  if (idle) setImmediate(turn);
  return [];
}

/** Answers keep the numbers of their requests, so all requests are told from the first of these on. */
function since({ address, requests, answers, announcements }: Watched, sinceMs: number): Watch {
  const first = requests.findIndex((atMs) => atMs >= sinceMs);
  return {
    address,
    requests: first < 0 ? [] : requests.slice(first),
    answers: answers
      .filter(({ atMs }) => atMs >= sinceMs)
      .map((answer) => ({ ...answer, request: answer.request - Math.max(0, first) })),
    announcements: announcements.filter(({ atMs }) => atMs >= sinceMs),
  };
}

answerRequests(perform);
console.log('watcher ready');
