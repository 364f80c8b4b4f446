import type { PulseOptions } from '../../speaker/datapath/datapath-message.ts';
import type { Vip } from '../../speaker/datapath/table.ts';
import { ip } from './wire-namespace.ts';
import { type SeenFrame, WirePeer } from './wire-peer.ts';
import { WireSpeaker } from './wire-speaker.ts';

export const clientMac = '02:00:00:00:00:02';
export const clientLink = 'peer0';
export const firstKey = '2a'.repeat(32);
export const secondKey = '2b'.repeat(32);
const bridge = 'lan0';

/** Keys as hex digits. */
export interface HeldKeysText {
  readonly send: string;
  readonly accept: readonly string[];
}

/** An address and who may own it; `holder` is the API server's word. */
export interface SharedVip {
  readonly ip: string;
  readonly group?: string;
  readonly candidates: readonly string[];
  readonly holder?: string;
  /** Where it is answered; eth0 by default. */
  readonly link?: 'eth0' | 'eth1';
}

/**
 * Some speakers' datapath threads and a client on one LAN, each in a network namespace of its own: speakers are
 * 192.0.2.11 and 2001:db8::11 and so on, the client 192.0.2.2 and 2001:db8::2.
 */
export class WireSpeakers {
  readonly client: WirePeer;
  readonly speakers: WireSpeaker[] = [];
  /** What a speaker that starts is given. */
  keys: HeldKeysText = { send: firstKey, accept: [firstKey] };
  readonly #pulses: Partial<PulseOptions>;
  readonly #ipv6: boolean;
  #version = 0;
  #starts = 0;

  private constructor(client: WirePeer, pulses: Partial<PulseOptions>, ipv6: boolean) {
    this.client = client;
    this.#pulses = pulses;
    this.#ipv6 = ipv6;
  }

  static async start(
    count: number,
    options: { readonly pulses?: Partial<PulseOptions>; readonly ipv6?: boolean } = {},
  ): Promise<WireSpeakers> {
    ip(`link add ${bridge} type bridge`);
    // Without this a bridge port's first seconds go to learning, and what comes then is lost.
    ip(`link set ${bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`);
    ip(`link set ${bridge} up`);
    const client = await WirePeer.start();
    ip(`link add client0 type veth peer name ${clientLink} address ${clientMac} netns ${client.pid}`);
    ip(`link set client0 master ${bridge} up`);
    for (const command of [
      'link set lo up',
      `addr add 192.0.2.2/24 dev ${clientLink}`,
      `addr add 2001:db8::2/64 dev ${clientLink} nodad`,
      `link set ${clientLink} up`,
    ]) {
      await client.ip(command);
    }
    await client.open();
    const lan = new WireSpeakers(client, options.pulses ?? {}, options.ipv6 ?? false);
    for (let n = 1; n <= count; n += 1) lan.speakers.push(await lan.startSpeaker(n));
    return lan;
  }

  /** Starts a speaker anew, in place of the one that was `node`; the others are told by a table. */
  async restart(node: string): Promise<WireSpeaker> {
    await this.speaker(node).stop();
    const speaker = await this.startSpeaker(Number(node.slice('node-'.length)));
    this.speakers[this.speakers.findIndex((one) => one.node === node)] = speaker;
    return speaker;
  }

  async startSpeaker(n: number, pulses: Partial<PulseOptions> = this.#pulses): Promise<WireSpeaker> {
    this.#starts += 1;
    const incarnation = this.#starts.toString(16).padStart(16, '0');
    const speaker = await WireSpeaker.start({ n, bridge, incarnation, ipv6: this.#ipv6 }, pulses);
    speaker.tell({ type: 'keys', ...this.keys });
    return speaker;
  }

  speaker(node: string): WireSpeaker {
    const found = this.speakers.find((one) => one.node === node);
    if (found === undefined) throw new Error(`no speaker ${node}`);
    return found;
  }

  /** Gives all of them one table, each with its own interfaces. */
  apply(vips: readonly SharedVip[], to: readonly WireSpeaker[] = this.speakers): void {
    this.#version += 1;
    const members = this.speakers.map(({ member }) => member);
    for (const speaker of to) {
      const own = vips.map(
        ({ ip: address, group, candidates, holder, link }): Vip => ({
          ip: address,
          group: group ?? address,
          service: 'shop/web',
          holder,
          interfaces: speaker.interfaces(link ?? 'eth0'),
          candidates,
        }),
      );
      speaker.tell({ type: 'table', table: { version: this.#version, self: speaker.node, members, vips: own } });
    }
  }

  /** Whose MACs answered for the address in ARP replies to the client, from position `from` of its frames on. */
  answersFor(address: string, from: number): readonly SeenFrame[] {
    const hex = address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
    // ARP, operation 2, and the sender's protocol address behind its MAC.
    const reply = new RegExp(`^.{24}08060001080006040002.{12}${hex.join('')}`);
    return this.client.frames.slice(from).filter((frame) => reply.test(frame.hex) && !isBroadcast(frame));
  }

  async stop(): Promise<void> {
    for (const speaker of this.speakers) await speaker.stop();
    this.client.stop();
    ip(`link del ${bridge}`);
  }
}

/** The source MAC of a frame. */
export function macOf({ hex }: SeenFrame): string {
  return (hex.slice(12, 24).match(/../g) ?? []).join(':');
}

function isBroadcast({ hex }: SeenFrame): boolean {
  return hex.startsWith('ffffffffffff');
}
