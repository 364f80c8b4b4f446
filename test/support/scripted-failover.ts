import type { FailoverMachine } from '../../speaker/failover/failover.ts';
import type { FailoverEffect } from '../../speaker/failover/failover-effect.ts';
import type { Standing } from '../../speaker/liveness/standing.ts';

/** A failover machine that decides nothing: the test says what comes of it; it notes what it was told. */
export class ScriptedFailover implements FailoverMachine {
  /** What it was told, a line each. */
  readonly told: string[] = [];
  readonly held = new Set<string>();
  #effects: FailoverEffect[] = [];

  /** What the next `takeEffects` gives; takes and give-ups count as held and not held. */
  want(...effects: readonly FailoverEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'take') this.held.add(effect.group);
      if (effect.type === 'giveUp') this.held.delete(effect.group);
    }
    this.#effects.push(...effects);
  }

  takeEffects(): readonly FailoverEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  setTable: FailoverMachine['setTable'] = (members, groups, nowMs) => {
    const lines = groups.map(({ key, able, holder, formerKeys = new Set() }) =>
      [key, able ? 'able' : 'unable', holder ?? '-', ...Array.from(formerKeys, (former) => `was ${former}`)].join(' '),
    );
    const names = members.map(({ node, takesPart }) => `${node} ${takesPart ? 'pulses' : 'leases'}`);
    this.told.push(`table ${nowMs}: ${[...names, ...lines].join(', ')}`);
  };

  setLinks: FailoverMachine['setLinks'] = (able, carrier, nowMs) => {
    const lines = [...able].map(([group, is]) => `${group} ${is ? 'able' : 'unable'}`);
    this.told.push(`links ${nowMs}: ${carrier ? 'carrier' : 'no carrier'}${lines.map((line) => `, ${line}`).join('')}`);
  };

  setEnabled(keysPresent: boolean, nowMs: number): void {
    this.told.push(`${keysPresent ? 'enabled' : 'disabled'} ${nowMs}`);
  }

  receive: FailoverMachine['receive'] = (header, message, nowMs) => {
    this.told.push(`${message.type} of ${header.sender} ${nowMs}`);
  };

  ownerAnswered(node: string, nowMs: number): void {
    this.told.push(`${node} answered ${nowMs}`);
  }

  gatewayAnswered(nowMs: number): void {
    this.told.push(`gateway answered ${nowMs}`);
  }

  apiHeard(nowMs: number): void {
    this.told.push(`API server heard ${nowMs}`);
  }

  leaseRenewed(node: string, atMs: number, seenMs?: number): void {
    this.told.push(`${node} renewed ${atMs}, seen ${seenMs}`);
  }

  announced(group: string, nowMs: number): void {
    this.told.push(`announced ${group} ${nowMs}`);
  }

  leave(nowMs: number): void {
    this.told.push(`leave ${nowMs}`);
  }

  stop(nowMs: number): void {
    this.told.push(`stop ${nowMs}`);
  }

  isVerified(): boolean {
    return true;
  }

  standing(): Standing {
    return 'live';
  }

  handsOver = false;

  holds(group: string): boolean {
    return this.held.has(group);
  }

  holderOf(): undefined {
    return undefined;
  }

  nextDeadlineMs(): number {
    return Number.POSITIVE_INFINITY;
  }

  advance(nowMs: number): void {
    this.told.push(`advance ${nowMs}`);
  }
}
