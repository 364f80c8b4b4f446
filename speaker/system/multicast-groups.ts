import { type GroupMembership, solicitedNodeGroup } from '../datapath/solicited-node-group.ts';
import type { Libc } from './libc.ts';
import { addressFamily, errno, socketLevel, socketOption, socketType } from './linux.ts';

/** A socket holds as many memberships as net.core.optmem_max has room for, some hundreds; this many sockets at most. */
const maxSockets = 256;
const requestLength = 20;
const changesPerRound = 32;

interface Change {
  readonly type: 'join' | 'leave';
  readonly key: number;
  readonly membership: GroupMembership;
}

/**
 * Memberships in solicited-node groups, held by plain UDP sockets, so that the kernel sends MLD reports and switches that
 * snoop let solicitations through.
 */
export class MulticastGroups {
  readonly #libc: Libc;
  /** BOUNDED by maxSockets. */
  readonly #sockets: number[] = [];
  /** Which socket holds a membership. BOUNDED by what was asked for. */
  readonly #joined = new Map<number, { readonly fd: number; readonly membership: GroupMembership }>();
  /** What is still to be joined or left. BOUNDED by what is held and what is wanted. */
  #pending: readonly Change[] = [];
  #done = 0;
  #failures = 0;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Memberships that could not be had, since `want` was last called. */
  get failures(): number {
    return this.#failures;
  }

  /** Sets what is to be held; `advance` makes it so. What could not be joined before is tried again. */
  want(wanted: ReadonlyMap<number, GroupMembership>): void {
    const joins = [...wanted].filter(([key]) => !this.#joined.has(key));
    const leaves = [...this.#joined].filter(([key]) => !wanted.has(key));
    this.#pending = [
      ...joins.map(([key, membership]) => ({ type: 'join' as const, key, membership })),
      ...leaves.map(([key, { membership }]) => ({ type: 'leave' as const, key, membership })),
    ];
    this.#done = 0;
    this.#failures = 0;
  }

  /**
   * Joins and leaves some: each takes the kernel up to 0.1 ms where there are thousands, and packets do not wait for
   * them. True while there is more to do.
   */
  advance(): boolean {
    const end = Math.min(this.#pending.length, this.#done + changesPerRound);
    for (; this.#done < end; this.#done += 1) {
      const change = this.#pending[this.#done];
      if (change?.type === 'join' && !this.#join(change)) this.#failures += 1;
      else if (change?.type === 'leave') this.#leave(change);
    }
    return this.#done < this.#pending.length;
  }

  close(): void {
    for (const fd of this.#sockets) this.#libc.close(fd);
    this.#sockets.length = 0;
    this.#joined.clear();
  }

  #leave({ key, membership }: Change): void {
    const held = this.#joined.get(key);
    this.#joined.delete(key);
    // Fails where the interface is gone, and the membership with it.
    if (held !== undefined) this.#change(held.fd, socketOption.ipv6LeaveGroup, membership);
  }

  #join({ key, membership }: Change): boolean {
    // The newest socket is the likeliest to have room; the others have some again where memberships were left.
    for (let index = this.#sockets.length - 1; index >= 0; index -= 1) {
      const result = this.#joinOn(this.#sockets[index] ?? -1, key, membership);
      if (result !== 'full') return result === 'joined';
    }
    return this.#joinOn(this.#open(), key, membership) === 'joined';
  }

  #joinOn(fd: number, key: number, membership: GroupMembership): 'joined' | 'full' | 'failed' {
    const reason = this.#change(fd, socketOption.ipv6JoinGroup, membership);
    if (reason === errno.noBuffers || reason === errno.noMemory) return 'full';
    if (reason !== 0 && reason !== errno.addressInUse) return 'failed';
    this.#joined.set(key, { fd, membership });
    return 'joined';
  }

  /** -1 where no socket can be had; joining on it then fails. */
  #open(): number {
    if (this.#sockets.length === maxSockets) return -1;
    const fd = this.#libc.socket(addressFamily.inet6, socketType.datagram | socketType.closeOnExec, 0);
    if (fd >= 0) this.#sockets.push(fd);
    return fd;
  }

  /** struct ipv6_mreq { group, interface index }; 0 or errno. */
  #change(fd: number, option: number, membership: GroupMembership): number {
    const request = new Uint8Array(new ArrayBuffer(requestLength));
    request.set(solicitedNodeGroup(membership.suffix));
    new DataView(request.buffer).setInt32(16, membership.interfaceIndex, true);
    return this.#libc.setsockopt(fd, socketLevel.ipv6, option, request, requestLength) < 0 ? this.#libc.errno() : 0;
  }
}
