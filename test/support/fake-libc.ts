import type { Libc } from '../../speaker/system/libc.ts';

/** A C library in which every call fails that the test did not bring. */
export function fakeLibc(calls: Partial<Libc>): Libc {
  const fail = (): number => -1;
  return {
    socket: fail,
    bind: fail,
    setsockopt: fail,
    getsockopt: fail,
    sendto: fail,
    recv: fail,
    recvmmsg: fail,
    sendmmsg: fail,
    epoll_create1: fail,
    epoll_ctl: fail,
    epoll_wait: fail,
    eventfd: fail,
    read: fail,
    write: fail,
    close: () => 0,
    errno: () => 0,
    addressOf: () => 0n,
    ...calls,
  };
}
