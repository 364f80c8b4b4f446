import type { FailoverEffect } from '../../speaker/failover/failover-effect.ts';
import type { Failback } from '../../speaker/ownership/owned-group.ts';
import { ApiServer } from './api-server.ts';
import { Calm } from './calm.ts';
import { NeedlessTakes } from './needless-takes.ts';
import { gateway, Network } from './network.ts';
import { type Packet, SimNode } from './node.ts';
import { OwnerLog } from './owner-log.ts';
import { SeededRandom } from './seeded-random.ts';
import { idOf, type SimGroup } from './sim-groups.ts';
import { Timeline } from './timeline.ts';

const recordedMessages = 300;

export interface WorldOptions {
  readonly seed: number;
  readonly nodes: readonly string[];
  readonly groups: readonly SimGroup[];
  readonly failback: Failback;
  readonly intervalMs: number;
  readonly multiplier: number;
  /** Copies of datagrams come in some schedules: windows against replays cost time. */
  readonly guardsReplays: boolean;
  readonly tellsRenewals: boolean;
  /** Whether there are keys to sign pulses with; there are unless told otherwise. */
  readonly keys?: boolean;
}

/** A whole cluster on a virtual clock. */
export class World {
  readonly timeline = new Timeline();
  readonly random: SeededRandom;
  readonly network: Network;
  readonly owners = new OwnerLog();
  readonly calm = new Calm();
  readonly api: ApiServer;
  readonly nodes: ReadonlyMap<string, SimNode>;
  /** Authentic messages that somebody recorded, the latest of them. */
  readonly recorded: Packet[] = [];
  /** When each node last started. */
  readonly startedMs = new Map<string, number>();
  /** Nodes that crashed and that others had met, so that they miss them; and when they came back. */
  readonly returnedMs = new Map<string, number>();
  /** Nodes whose switch port went down while all else was well, and when. */
  readonly isolatedMs = new Map<string, number>();
  /** Groups that were given up for nobody. */
  readonly abandoned: string[] = [];
  /** What happened, for whoever reads why a seed failed. BOUNDED by the run. */
  readonly story: string[] = [];
  /** `idOf` the groups that somebody took. BOUNDED by the run. */
  readonly #ids = new Map<string, string>();
  #keys = 0;
  readonly #needless = new NeedlessTakes(this);
  readonly #leaving = new Set<string>();
  readonly #met = new Set<string>();

  constructor(options: WorldOptions) {
    this.random = new SeededRandom(options.seed);
    this.network = new Network(this.timeline, this.random);
    const { failback, intervalMs, multiplier, guardsReplays, keys = true } = options;
    const nodes = options.nodes.map((name): [string, SimNode] => {
      const clock = {
        offsetMs: this.random.between(0, 1e6),
        // A quartz is off by 100 ppm at most.
        rate: 1 + this.random.between(-1e-4, 1e-4),
        wallSkewMs: this.random.between(-60_000, 60_000),
      };
      return [name, new SimNode({ name, failback, intervalMs, multiplier, clock, guardsReplays, keys }, this)];
    });
    this.nodes = new Map(nodes);
    const { timeline, random, network, calm } = this;
    const { tellsRenewals } = options;
    this.api = new ApiServer(options.groups, { timeline, random, network, calm, nodes: this.nodes, tellsRenewals });
  }

  node(name: string): SimNode {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }

  tell(what: string): void {
    this.story.push(`${this.timeline.nowMs} ${what}`);
  }

  start(name: string): void {
    const node = this.node(name);
    if (node.runs) return;
    this.tell(`start ${name}`);
    this.#leaving.delete(name);
    if (this.returnedMs.has(name)) this.returnedMs.set(name, this.timeline.nowMs);
    this.startedMs.set(name, this.timeline.nowMs);
    node.start();
    this.#applyLink(node);
    this.api.join(node);
  }

  kill(name: string): void {
    const node = this.node(name);
    if (!node.runs) return;
    this.tell(`kill ${name}`);
    if (this.#met.has(name)) this.returnedMs.set(name, Number.POSITIVE_INFINITY);
    this.#end(node);
  }

  /** SIGTERM: hands over, then ends. */
  leave(name: string): void {
    const node = this.node(name);
    if (!node.runs || this.#leaving.has(name)) return;
    this.tell(`leave ${name}`);
    this.#leaving.add(name);
    // Who stops in order, and takes its Lease away, comes back as a new one.
    this.returnedMs.delete(name);
    this.#met.delete(name);
    const { incarnation } = node;
    node.tell((machine, nowMs) => machine.leave(nowMs));
    this.timeline.after(5000, () => {
      if (node.incarnation === incarnation) this.#finish(node);
    });
  }

  /** Somebody deletes the Lease of its speaker. */
  forget(name: string): void {
    this.tell(`the Lease of ${name} is deleted`);
    this.api.deleteLease(name);
    if (this.node(name).runs) return;
    // It will come as a new one.
    this.returnedMs.delete(name);
    this.#met.delete(name);
  }

  /** An address that no group has had. */
  newKey(): string {
    this.#keys += 1;
    return `10.0.${this.#keys >> 8}.${this.#keys & 255}`;
  }

  isLeaving(name: string): boolean {
    return this.#leaving.has(name);
  }

  setLink(name: string, up: boolean): void {
    this.tell(`link of ${name} ${up ? 'up' : 'down'}`);
    this.network.setLink(name, up);
    this.#applyLink(this.node(name));
  }

  send(from: SimNode, to: string, packet: Packet): void {
    if (packet.message.type === 'claims' && packet.message.entries.length > 0) {
      this.recorded.push(packet);
      if (this.recorded.length > recordedMessages) this.recorded.shift();
    }
    this.network.send(from.name, to, () => this.node(to).receive(packet));
  }

  carryOut(node: SimNode, effect: Exclude<FailoverEffect, { type: 'send' }>): void {
    const { nowMs } = this.timeline;
    const { name } = node;
    switch (effect.type) {
      case 'take': {
        const group = this.#idOf(effect.group);
        this.tell(`${name} takes ${effect.group} (${effect.reason}, from ${effect.from}, ${effect.afterMs} ms)`);
        this.owners.take({
          ...{ group, node: name, reason: effect.reason, atMs: nowMs },
          needless: this.#needless.isNeedless(name, group, effect.reason),
          fresh: this.#needless.isFresh(name, group, effect.reason),
        });
        this.api.reportHolder(effect.group, node);
        break;
      }
      case 'giveUp': {
        const group = this.#idOf(effect.group);
        this.tell(`${name} gives up ${effect.group} (${effect.reason})`);
        this.owners.giveUp(group, name, nowMs);
        if (effect.reason === 'claimedByOther' || effect.reason === 'takenOver') this.#checkSuccessor(group, name);
        break;
      }
      case 'memberUp':
      case 'memberDown':
        if (effect.type === 'memberUp') this.#met.add(effect.node);
        else this.api.silent(name, effect.node);
        this.tell(`${name}: ${effect.type} ${effect.node} (${effect.why})`);
        break;
      case 'pulsesBlocked':
        this.tell(`${name}: pulses of ${effect.node} ${effect.blocked ? 'blocked' : 'come again'}`);
        break;
      case 'probeOwner':
        this.#probe(node, effect.node, effect.group);
        break;
      case 'probeGateway':
        this.#probeGateway(node);
        break;
      case 'askApiServer':
        this.api.answers(node);
        break;
      case 'drained':
        this.timeline.after(5, () => this.#finish(node));
        break;
      case 'announceAgain':
        this.tell(`${name} announces ${effect.group} again`);
        break;
    }
  }

  /** Also of a group that is gone. */
  #idOf(key: string): string {
    const group = this.api.group(key);
    if (group !== undefined) this.#ids.set(key, idOf(group));
    return this.#ids.get(key) ?? key;
  }

  /** Who gives way to another one's claim leaves the group to one that answers. */
  #checkSuccessor(group: string, name: string): void {
    const { nowMs } = this.timeline;
    if (this.owners.owners(group).length > 0 || this.calm.ageMs(nowMs) < 1000) return;
    this.abandoned.push(`${nowMs} ${name} gives ${group} up for a claim behind which nobody stands`);
  }

  #end(node: SimNode): void {
    this.owners.end(node.name, this.timeline.nowMs);
    node.kill();
    this.api.end(node.name);
  }

  #finish(node: SimNode): void {
    if (!node.runs || !this.#leaving.has(node.name)) return;
    this.tell(`${node.name} ends`);
    this.#end(node);
    this.api.leave(node.name);
  }

  /** Netlink tells the thread at once, the main thread follows. */
  #applyLink(node: SimNode): void {
    const up = this.network.linkIsUp(node.name);
    const able = new Map(Array.from(this.api.tableOf(node.name), (key) => [key, up]));
    node.tell((machine, nowMs) => machine.setLinks(able, up, nowMs));
    this.api.tellSoon(node.name);
  }

  #probe(node: SimNode, target: string, group: string | undefined): void {
    this.timeline.after(1, () => {
      const other = this.node(target);
      if (group === undefined || !other.works || !other.holds(group)) return;
      if (!this.network.answers(node.name, target)) return;
      node.tell((machine, nowMs) => machine.ownerAnswered(target, nowMs));
    });
  }

  #probeGateway(node: SimNode): void {
    if (!this.network.answers(node.name, gateway)) return;
    this.timeline.after(1, () => node.tell((machine, nowMs) => machine.gatewayAnswered(nowMs)));
  }
}
