import { nodeIdOf } from './node-id.ts';

/** What the table says of a speaker. */
export interface LivenessMember {
  readonly node: string;
  /** That of its Lease: it may be older than the one that runs. */
  readonly incarnation: string;
  /** Has a pulse port; others live by their Lease alone. */
  readonly takesPart: boolean;
  readonly leaseExpired: boolean;
}

/** Another speaker. */
export interface Peer {
  readonly node: string;
  /** `nodeIdOf` its node. */
  readonly id: string;
  member: LivenessMember;
  joinedMs: number;
  /** Undefined where it never was. */
  heardMs: number | undefined;
  /** The same of its former incarnation. */
  formerHeardMs: number | undefined;
  /** Since when its Lease has been expired. */
  expiredMs: number;
  /** Since when it does not live; undefined while it does. */
  deadMs: number | undefined;
}

/** What came of a new table. */
export interface PeerChanges {
  readonly joined: readonly Peer[];
  readonly removed: readonly Peer[];
  /** With what the table said before. */
  readonly changed: readonly { readonly peer: Peer; readonly before: LivenessMember }[];
}

/** The other speakers, by name and by identifier. BOUNDED by the table. */
export class Peers {
  readonly #self: string;
  #byNode = new Map<string, Peer>();
  readonly #byId = new Map<string, Peer>();

  constructor(self: string) {
    this.#self = self;
  }

  get size(): number {
    return this.#byNode.size;
  }

  all(): Iterable<Peer> {
    return this.#byNode.values();
  }

  named(node: string): Peer | undefined {
    return this.#byNode.get(node);
  }

  identified(id: string): Peer | undefined {
    return this.#byId.get(id);
  }

  /** Takes over all members; self is none of its own peers. */
  setMembers(members: readonly LivenessMember[], nowMs: number): PeerChanges {
    const former = this.#byNode;
    const joined: Peer[] = [];
    const changed: { peer: Peer; before: LivenessMember }[] = [];
    this.#byNode = new Map();
    for (const member of members) {
      if (member.node === this.#self) continue;
      const peer = former.get(member.node) ?? newPeer(member, nowMs);
      this.#byNode.set(member.node, peer);
      if (!former.delete(member.node)) joined.push(peer);
      else if (!isSame(peer.member, member)) changed.push({ peer, before: peer.member });
      if (member.leaseExpired && !peer.member.leaseExpired) peer.expiredMs = nowMs;
      peer.member = member;
    }
    for (const peer of joined) this.#byId.set(peer.id, peer);
    for (const peer of former.values()) this.#byId.delete(peer.id);
    return { joined, removed: [...former.values()], changed };
  }
}

function newPeer(member: LivenessMember, nowMs: number): Peer {
  const { node } = member;
  return {
    node,
    id: nodeIdOf(node),
    member,
    joinedMs: nowMs,
    heardMs: undefined,
    formerHeardMs: undefined,
    expiredMs: nowMs,
    deadMs: undefined,
  };
}

function isSame(a: LivenessMember, b: LivenessMember): boolean {
  return a.incarnation === b.incarnation && a.takesPart === b.takesPart && a.leaseExpired === b.leaseExpired;
}
