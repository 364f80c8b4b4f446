import { DeadlineHeap } from '../datapath/deadline-heap.ts';
import type { LivenessMember } from '../liveness/peers.ts';

/** A member that has not been heard for so long counts by its Lease alone. */
const patienceMs = 1000;

const none: readonly string[] = [];

interface Contact {
  takesPart: boolean;
  /** `late`: not within the patience. */
  heard: 'yes' | 'notYet' | 'late';
  blocked: boolean;
}

/** From which members messages come, so that their claims are known. BOUNDED by the table's members. */
export class Contacts {
  readonly #contacts = new Map<string, Contact>();
  readonly #unheard = new DeadlineHeap<string>();
  #enabled = false;
  #begun = false;

  setEnabled(enabled: boolean): void {
    this.#enabled = enabled;
  }

  /** Returns those that are no members any more. */
  setMembers(members: readonly LivenessMember[], nowMs: number): readonly string[] {
    const nodes = new Set(members.map(({ node }) => node));
    const gone = [...this.#contacts.keys()].filter((node) => !nodes.has(node));
    for (const node of gone) {
      this.#contacts.delete(node);
      this.#unheard.delete(node);
    }
    for (const { node, takesPart } of members) {
      const known = this.#contacts.get(node);
      if (known !== undefined) known.takesPart = takesPart;
      else {
        this.#contacts.set(node, { takesPart, heard: 'notYet', blocked: false });
        this.#unheard.set(node, nowMs + patienceMs);
      }
    }
    return gone;
  }

  /** This node is a member, too, so that others can answer it: from the first time on, who was not heard has all the time. */
  begin(nowMs: number): void {
    if (this.#begun) return;
    this.#begun = true;
    for (const [node, contact] of this.#contacts) {
      if (contact.heard === 'yes') continue;
      contact.heard = 'notYet';
      this.#unheard.set(node, nowMs + patienceMs);
    }
  }

  members(): Iterable<string> {
    return this.#contacts.keys();
  }

  /** Messages of it come through. */
  heard(node: string): void {
    const contact = this.#contacts.get(node);
    if (contact !== undefined) contact.heard = 'yes';
    this.#unheard.delete(node);
  }

  /** Another incarnation runs, which has not been heard yet. */
  restarted(node: string, nowMs: number): void {
    const contact = this.#contacts.get(node);
    if (contact === undefined) return;
    contact.heard = 'notYet';
    this.#unheard.set(node, nowMs + patienceMs);
  }

  setBlocked(node: string, blocked: boolean): void {
    const contact = this.#contacts.get(node);
    if (contact !== undefined) contact.blocked = blocked;
  }

  /** Whether messages are sent to it, and may arrive. */
  takesPart(node: string): boolean {
    return this.#enabled && this.#contacts.get(node)?.takesPart === true;
  }

  /** Whether what the node holds is known by the API server alone. */
  byLease(node: string): boolean {
    const contact = this.#contacts.get(node);
    if (contact === undefined || !this.#enabled || !contact.takesPart || contact.blocked) return true;
    return contact.heard === 'late';
  }

  nextDeadlineMs(): number {
    return this.#unheard.first()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Those that were not heard in time. */
  takeDue(nowMs: number): readonly string[] {
    if (this.nextDeadlineMs() > nowMs) return none;
    const due: string[] = [];
    for (let first = this.#unheard.first(); first !== undefined; first = this.#unheard.first()) {
      if (first.dueMs > nowMs) break;
      this.#unheard.delete(first.key);
      const contact = this.#contacts.get(first.key);
      if (contact !== undefined) contact.heard = 'late';
      due.push(first.key);
    }
    return due;
  }
}
