import { type GroupMembership, membershipKey, solicitedNodeGroup } from '../datapath/solicited-node-group.ts';
import type { Libc } from './libc.ts';
import { addressFamily, errno, socketLevel, socketOption, socketType } from './linux.ts';

/** A socket holds as many memberships as net.core.optmem_max has room for, some hundreds; this many sockets at most. */
const maxSockets = 256;
const requestLength = 20;

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
  #failures = 0;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Memberships that could not be had, at the last `apply`. */
  get failures(): number {
    return this.#failures;
  }

  /** Joins and leaves until just these are held. What could not be joined is tried again by the next call. */
  apply(wanted: ReadonlyMap<number, GroupMembership>): void {
    for (const [key, { fd, membership }] of this.#joined) {
      if (wanted.has(key)) continue;
      // Fails where the interface is gone, and the membership with it.
      this.#change(fd, socketOption.ipv6LeaveGroup, membership);
      this.#joined.delete(key);
    }
    this.#failures = 0;
    for (const membership of wanted.values()) {
      if (!this.#joined.has(membershipKey(membership)) && !this.#join(membership)) this.#failures += 1;
    }
  }

  close(): void {
    for (const fd of this.#sockets) this.#libc.close(fd);
    this.#sockets.length = 0;
    this.#joined.clear();
  }

  #join(membership: GroupMembership): boolean {
    // The newest socket is the one with room.
    let fd = this.#sockets.at(-1) ?? this.#open();
    let reason = this.#change(fd, socketOption.ipv6JoinGroup, membership);
    if (reason === errno.noBuffers || reason === errno.noMemory) {
      fd = this.#open();
      reason = this.#change(fd, socketOption.ipv6JoinGroup, membership);
    }
    const joined = reason === 0 || reason === errno.addressInUse;
    if (joined) this.#joined.set(membershipKey(membership), { fd, membership });
    return joined;
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
