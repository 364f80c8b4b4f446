import { settlingMs } from '../../speaker/ownership/ownership.ts';
import type { ApiServer } from './api-server.ts';
import type { Calm } from './calm.ts';
import { apiServer, gateway, type Network } from './network.ts';
import type { SimNode } from './node.ts';
import type { OwnerLog } from './owner-log.ts';
import type { Timeline } from './timeline.ts';

/** After so long without trouble, no takeover from one that serves can be explained by it. */
const longMs = 8000;
/** A claim that a node makes, or makes for good, is known by then where nothing gets lost. */
const toldMs = 50;
/** Who serves a group for so long while all can hear it was seen by all whose table has it. */
const seenMs = 300;
/** A node notices by then that it hears nobody. */
const noticedMs = 350;

/** What is looked at of the cluster. */
export interface ObservedCluster {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly api: ApiServer;
  readonly owners: OwnerLog;
  readonly calm: Calm;
  readonly nodes: ReadonlyMap<string, SimNode>;
  /** When nodes that crashed, and that others had met, came back. */
  readonly returnedMs: ReadonlyMap<string, number>;
  /** When switch ports of nodes went down while all else was well. */
  readonly isolatedMs: ReadonlyMap<string, number>;
  isLeaving(name: string): boolean;
}

/** Tells which takeovers nothing explains, as the whole cluster can be seen from outside. */
export class NeedlessTakes {
  readonly #world: ObservedCluster;

  constructor(world: ObservedCluster) {
    this.#world = world;
  }

  isNeedless(name: string, group: string, reason: string): boolean {
    const { returnedMs, isolatedMs, timeline } = this.#world;
    const { nowMs } = timeline;
    // A node that crashed is on probation first, and one that hears nobody waits.
    const onProbation = nowMs - (returnedMs.get(name) ?? Number.NEGATIVE_INFINITY) < 1900;
    const isolatedForMs = nowMs - (isolatedMs.get(name) ?? Number.NEGATIVE_INFINITY);
    // What takes no death it may take before it can have noticed.
    const mayKnow = isolatedForMs > noticedMs || !['preferred', 'placedByRank'].includes(reason);
    if (isolatedForMs < 4900 && mayKnow && this.#hearsNobody(name)) return true;
    if (reason === 'placedByRank' && this.#isForPlacement(name, group)) return false;
    return (reason !== 'preferred' || onProbation) && this.#isServedWell(group);
  }

  /** Whether it takes what nobody has served, as far as it can have seen: until it has run for a while, it may be placed. */
  isFresh(name: string, group: string, reason: string): boolean {
    if (reason === 'heldBefore') return false;
    const { api, calm, owners, timeline } = this.#world;
    const { nowMs } = timeline;
    const beganMs = api.beganMs(name);
    if (nowMs - beganMs > settlingMs + toldMs) return false;
    // Whoever hands over for placement has just started, too.
    if (reason === 'placedByRank') return true;
    const sinceMs = Math.max(beganMs, nowMs - calm.ageMs(nowMs), api.changedMs);
    return owners.servedByOtherMs(group, name, { sinceMs, nowMs }) < seenMs;
  }

  /** Its owner has only just started, took what nobody served, and ranks behind. */
  #isForPlacement(name: string, group: string): boolean {
    const { api, owners, timeline } = this.#world;
    const candidates = api.candidates(group);
    return owners.owners(group).some((owner) => {
      const ageMs = timeline.nowMs - api.beganMs(owner);
      const ranksBehind = candidates.indexOf(name) < candidates.indexOf(owner);
      return ageMs < settlingMs + toldMs && ranksBehind && owners.lastTake(group, owner)?.fresh === true;
    });
  }

  /** Though there is somebody to hear: who was alone from the start can't know that it is cut off. */
  #hearsNobody(name: string): boolean {
    const { nodes, network } = this.#world;
    if (![...nodes.values()].some((other) => other.name !== name && other.works)) return false;
    return ![...nodes.keys(), gateway, apiServer].some(
      (other) => other !== name && network.reachesBothWays(name, other),
    );
  }

  /** A healthy candidate has answered for it for a while, and nothing is in its way. */
  #isServedWell(group: string): boolean {
    const { api, calm, nodes, owners, timeline } = this.#world;
    const { nowMs } = timeline;
    if (calm.ageMs(nowMs) < longMs || nowMs - api.changedMs < longMs) return false;
    const candidates = api.candidates(group);
    return owners
      .owners(group)
      .some((owner) => nodes.get(owner)?.works && !this.#world.isLeaving(owner) && candidates.includes(owner));
  }
}
