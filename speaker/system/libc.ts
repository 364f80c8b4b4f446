import koffi from 'koffi';

/** Memory that the kernel reads or fills: a view over an ArrayBuffer, which does not move. */
export type Memory = Uint8Array | DataView;

/** The C library's calls, as `man 2` describes them; -1 means failure, with the reason in `errno()`. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Memory, length: number): number;
  setsockopt(fd: number, level: number, name: number, value: Memory, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Memory, length: Memory): number;
  sendto(fd: number, data: Memory, length: number, flags: number, address: Memory, addressLength: number): number;
  recv(fd: number, data: Memory, length: number, flags: number): number;
  recvmmsg(fd: number, headers: Memory, count: number, flags: number, timeout: null): number;
  sendmmsg(fd: number, headers: Memory, count: number, flags: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(set: number, operation: number, fd: number, event: Memory): number;
  epoll_wait(set: number, events: Memory, count: number, timeoutMs: number): number;
  eventfd(initial: number, flags: number): number;
  read(fd: number, data: Memory, length: number): number;
  write(fd: number, data: Memory, length: number): number;
  close(fd: number): number;
  /** Of the last call that failed in this thread. */
  errno(): number;
  /** Where the memory lies, for structures that hold pointers. Whoever writes it down keeps the memory alive. */
  addressOf(memory: Memory): bigint;
}

/** Finds the calls in the C library that the process runs on already. */
export function loadLibc(): Libc {
  const library = koffi.load(null);
  return {
    socket: library.func('int socket(int domain, int type, int protocol)'),
    bind: library.func('int bind(int fd, void *address, uint length)'),
    setsockopt: library.func('int setsockopt(int fd, int level, int name, void *value, uint length)'),
    getsockopt: library.func('int getsockopt(int fd, int level, int name, void *value, void *length)'),
    sendto: library.func(
      'long sendto(int fd, void *data, size_t length, int flags, void *address, uint addressLength)',
    ),
    recv: library.func('long recv(int fd, void *data, size_t length, int flags)'),
    recvmmsg: library.func('int recvmmsg(int fd, void *headers, uint count, int flags, void *timeout)'),
    sendmmsg: library.func('int sendmmsg(int fd, void *headers, uint count, int flags)'),
    epoll_create1: library.func('int epoll_create1(int flags)'),
    epoll_ctl: library.func('int epoll_ctl(int set, int operation, int fd, void *event)'),
    epoll_wait: library.func('int epoll_wait(int set, void *events, int count, int timeoutMs)'),
    eventfd: library.func('int eventfd(uint initial, int flags)'),
    read: library.func('long read(int fd, void *data, size_t length)'),
    write: library.func('long write(int fd, void *data, size_t length)'),
    close: library.func('int close(int fd)'),
    errno: () => koffi.errno(),
    addressOf: (memory) => koffi.address(memory),
  };
}
